using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;

namespace Mesh.Architecture.Tests.BannedApis;

/// <summary>
/// Writes the ids by which BannedSymbols.txt names members, from metadata and from reflection:
/// <c>M:System.Threading.Tasks.Task.Delay(System.TimeSpan)</c>.
/// </summary>
internal sealed class DocumentationId : ISignatureTypeProvider<string, object?>
{
    private static readonly DocumentationId Names = new();

    /// <summary>The full name of a member's declaring type and the member's id; null for a member of no named type.</summary>
    public static (string Type, string Id)? Of(MetadataReader metadata, MemberReference member)
    {
        string? type = member.Parent.Kind switch
        {
            HandleKind.TypeReference => Names.GetTypeFromReference(metadata, (TypeReferenceHandle)member.Parent, 0),
            // Of Task{System.Int32}, the definition: ids name members of Task`1.
            HandleKind.TypeSpecification => Definition(metadata, (TypeSpecificationHandle)member.Parent),
            _ => null,
        };
        if (type is null)
            return null;

        string name = metadata.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Field)
            return (type, $"F:{type}.{name}");

        MethodSignature<string> signature = member.DecodeMethodSignature(Names, null);
        return (type, Method(type, name, signature.GenericParameterCount, signature.ParameterTypes));
    }

    public static string Of(MethodBase method) => Method(
        Name(method.DeclaringType!),
        method.Name,
        method.IsGenericMethod ? method.GetGenericArguments().Length : 0,
        [.. method.GetParameters().Select(parameter => Name(parameter.ParameterType))]);

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}.{name}";

        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        if (type.IsNested)
            return $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), 0)}.{name}";

        return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public string GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType.Split('`')[0]}{{{string.Join(',', typeArguments)}}}";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetArrayType(string elementType, ArrayShape shape) =>
        $"{elementType}[{string.Join(',', Enumerable.Repeat("0:", shape.Rank))}]";

    public string GetByReferenceType(string elementType) => elementType + "@";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"``{index}";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"`{index}";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "function pointer";

    private static string Method(string type, string name, int arity, IReadOnlyList<string> parameters) =>
        $"M:{type}.{name.Replace('.', '#')}{(arity > 0 ? $"``{arity}" : "")}"
        + (parameters.Count > 0 ? $"({string.Join(',', parameters)})" : "");

    private static string? Definition(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        BlobReader signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return null;

        signature.ReadCompressedInteger(); // class or value type
        EntityHandle type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? Names.GetTypeFromReference(metadata, (TypeReferenceHandle)type, 0) : null;
    }

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "@";
        if (type.IsSZArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericMethodParameter)
            return $"``{type.GenericParameterPosition}";
        if (type.IsGenericTypeParameter)
            return $"`{type.GenericParameterPosition}";
        if (type.IsConstructedGenericType)
            return Names.GetGenericInstantiation(Name(type.GetGenericTypeDefinition()), [.. type.GetGenericArguments().Select(Name)]);

        return type.FullName!.Replace('+', '.');
    }
}
