using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Mesh.Architecture.Tests.BannedApis;

/// <summary>Reads from the instructions of an assembly which members of other assemblies it uses, and where.</summary>
internal static class MemberUses
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    public static IReadOnlyList<MemberUse> In(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        MetadataReader metadata = file.GetMetadataReader();
        var uses = new List<MemberUse>();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
                continue;

            BlobReader instructions = file.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
            foreach (EntityHandle operand in MemberOperands(instructions))
            {
                if (Reference(metadata, operand) is { } member && DocumentationId.Of(metadata, member) is { } used)
                    uses.Add(new MemberUse(Site(metadata, method), Name(metadata, method), used.Type, used.Id));
            }
        }

        return uses;
    }

    private static List<EntityHandle> MemberOperands(BlobReader instructions)
    {
        var members = new List<EntityHandle>();
        while (instructions.RemainingBytes > 0)
        {
            int code = instructions.ReadByte();
            if (code == 0xFE)
                code = 0xFE00 | instructions.ReadByte();

            switch (Operands[code])
            {
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok:
                    members.Add(MetadataTokens.EntityHandle(instructions.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    // The count moves the offset too, so it is read before.
                    int targets = instructions.ReadInt32();
                    instructions.Offset += 4 * targets;
                    break;
                case OperandType operand:
                    instructions.Offset += Size(operand);
                    break;
            }
        }

        return members;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private static MemberReference? Reference(MetadataReader metadata, EntityHandle operand)
    {
        if (operand.Kind == HandleKind.MethodSpecification)
            operand = metadata.GetMethodSpecification((MethodSpecificationHandle)operand).Method;

        return operand.Kind == HandleKind.MemberReference
            ? metadata.GetMemberReference((MemberReferenceHandle)operand)
            : null;
    }

    private static string Site(MetadataReader metadata, MethodDefinition method)
    {
        TypeDefinition type = metadata.GetTypeDefinition(method.GetDeclaringType());
        while (type.IsNested)
            type = metadata.GetTypeDefinition(type.GetDeclaringType());

        string name = metadata.GetString(type.Name);
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static string Name(MetadataReader metadata, MethodDefinition method) =>
        $"{new DocumentationId().GetTypeFromDefinition(metadata, method.GetDeclaringType(), 0)}.{metadata.GetString(method.Name)}";
}
