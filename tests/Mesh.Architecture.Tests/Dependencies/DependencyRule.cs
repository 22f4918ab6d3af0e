using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Mesh.Architecture.Tests.Dependencies;

/// <summary>Holds what a project file asks for, and what its assembly then refers to, against the table.</summary>
internal static class DependencyRule
{
    private static readonly string BaseLibraries = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>What a project file, or a props file that it imports, asks for and may not have.</summary>
    public static IEnumerable<string> InProjectFile(XDocument file, AllowedDependencies allowed)
    {
        foreach (XElement element in file.Descendants())
        {
            string name = (string?)element.Attribute("Include") ?? "";
            bool ok = element.Name.LocalName switch
            {
                "ProjectReference" => allowed.AllowsProject(Path.GetFileNameWithoutExtension(name.Replace('\\', '/'))),
                "PackageReference" => IsPrivate(element) || allowed.AllowsPackage(name),
                "GlobalPackageReference" => false,
                "FrameworkReference" => allowed.AllowsFramework(name),
                "Reference" => false,
                _ => true,
            };
            if (!ok)
                yield return $"{allowed.Project} may not have <{element.Name.LocalName} Include=\"{name}\">";
        }
    }

    /// <summary>The assemblies that a built one refers to and may not know.</summary>
    public static IEnumerable<string> InAssembly(string assemblyFile, AllowedDependencies allowed)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences)
        {
            string name = metadata.GetString(metadata.GetAssemblyReference(handle).Name);
            if (!IsIn(BaseLibraries, name) && !allowed.AllowsProject(name) && !allowed.AllowsPackage(name)
                && !allowed.Frameworks.Any(framework => IsIn(FrameworkFolder(framework), name)))
            {
                yield return $"{allowed.Project} may not refer to {name}";
            }
        }
    }

    private static bool IsPrivate(XElement package) =>
        ((string?)package.Attribute("PrivateAssets") ?? (string?)package.Element("PrivateAssets")) == "all"
        && ((string?)package.Attribute("Include"))?.EndsWith("Analyzers", StringComparison.Ordinal) == true;

    private static bool IsIn(string? folder, string assembly) =>
        folder is not null && File.Exists(Path.Combine(folder, assembly + ".dll"));

    /// <summary>Shared frameworks lie beside that of the base class library: shared/NAME/VERSION.</summary>
    private static string? FrameworkFolder(string framework)
    {
        var folder = new DirectoryInfo(Path.Combine(BaseLibraries, "..", "..", framework));
        return folder.Exists ? folder.GetDirectories().MaxBy(version => version.Name, StringComparer.Ordinal)?.FullName : null;
    }
}
