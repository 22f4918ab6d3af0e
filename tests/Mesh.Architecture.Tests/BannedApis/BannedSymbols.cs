using System.Reflection;

namespace Mesh.Architecture.Tests.BannedApis;

/// <summary>
/// The list that the analyzer reads too, src/BannedSymbols.txt. The analyzer speaks while a person types; this one reads
/// what was compiled, where no pragma, attribute or editorconfig hides anything.
/// </summary>
internal static class BannedSymbols
{
    public static IReadOnlyList<BannedSymbol> FromFile() =>
        [.. File.ReadLines(Repository.PathOf("src", "BannedSymbols.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line.Split(';', 2))
            .Select(parts => new BannedSymbol(parts[0].Trim(), parts.Length > 1 ? parts[1] : ""))];
}

/// <summary>One line of the list: a documentation id, and what to do instead.</summary>
internal sealed record BannedSymbol(string Id, string Instead)
{
    private char Kind => Id[0];

    private string Name => Id[2..];

    public bool Bans(MemberUse use) => Kind switch
    {
        'T' => use.MemberType == Name,
        'P' => AccessorIds("get_", "set_").Any(accessor => IsAccessor(use.MemberId, accessor)),
        'E' => AccessorIds("add_", "remove_").Any(accessor => IsAccessor(use.MemberId, accessor)),
        _ => use.MemberId == Id,
    };

    /// <summary>Whether there is such a thing at all: an id with a slip in it would ban nothing.</summary>
    public bool Exists()
    {
        if (Kind == 'T')
            return FindType(Name) is not null;

        string owner = Name.Split('(')[0];
        string member = owner[(owner.LastIndexOf('.') + 1)..];
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return FindType(owner[..owner.LastIndexOf('.')]) is { } type && Kind switch
        {
            'M' => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)).Any(method => DocumentationId.Of(method) == Id),
            _ => type.GetMember(member, All).Length > 0,
        };
    }

    private string[] AccessorIds(params string[] prefixes)
    {
        int dot = Name.LastIndexOf('.');
        return [.. prefixes.Select(prefix => $"M:{Name[..dot]}.{prefix}{Name[(dot + 1)..]}")];
    }

    private static bool IsAccessor(string memberId, string accessor) =>
        memberId.Split('(')[0] == accessor;

    private static Type? FindType(string name) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(assembly => assembly!.StartsWith("System.", StringComparison.Ordinal))
            .OrderByDescending(assembly => assembly == "System.Private.CoreLib")
            .Select(assembly => Type.GetType($"{name}, {assembly}"))
            .FirstOrDefault(type => type is not null);
}
