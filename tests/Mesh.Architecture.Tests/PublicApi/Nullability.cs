using System.Reflection;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>
/// The nullability annotations of one type as it is used at one place, read in the order in which the compiler wrote
/// them: outer type before its arguments. (NullabilityInfoContext cannot tell <c>T</c> from <c>T?</c>.)
/// The format: github.com/dotnet/roslyn, docs/features/nullable-metadata.md.
/// </summary>
internal sealed class Nullability
{
    private const string Flags = "System.Runtime.CompilerServices.NullableAttribute";
    private const string Context = "System.Runtime.CompilerServices.NullableContextAttribute";
    private const byte Annotated = 2;

    private readonly byte[] _flags;
    private int _next;

    private Nullability(byte[] flags) => _flags = flags;

    public static Nullability None => new([]);

    /// <summary>Reads the annotations of a place.</summary>
    /// <param name="attributes">Those of the place itself: a parameter, a property, a field …</param>
    /// <param name="context">The member or type that holds the place and may say what holds throughout.</param>
    public static Nullability Of(IEnumerable<CustomAttributeData> attributes, MemberInfo? context) =>
        new(FlagsOf(attributes) ?? ContextOf(context));

    /// <summary>The flag of a type parameter: 1 is <c>notnull</c>, 2 is nullable, 0 says nothing.</summary>
    public static byte OfTypeParameter(Type parameter) =>
        (FlagsOf(parameter.GetCustomAttributesData())
            ?? ContextOf((MemberInfo?)parameter.DeclaringMethod ?? parameter.DeclaringType)).FirstOrDefault();

    /// <summary>Whether the next type in order is annotated with a question mark.</summary>
    public bool NextIsNullable()
    {
        byte flag = _flags.Length switch
        {
            0 => 0,
            1 => _flags[0], // One flag stands for all.
            _ => _flags[_next],
        };
        _next++;
        return flag == Annotated;
    }

    private static byte[]? FlagsOf(IEnumerable<CustomAttributeData> attributes) =>
        attributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == Flags)?.ConstructorArguments[0].Value switch
        {
            byte flag => [flag],
            IEnumerable<CustomAttributeTypedArgument> flags => [.. flags.Select(flag => (byte)flag.Value!)],
            _ => null,
        };

    private static byte[] ContextOf(MemberInfo? place)
    {
        for (; place is not null; place = place.DeclaringType)
        {
            CustomAttributeData? context = place.GetCustomAttributesData()
                .FirstOrDefault(attribute => attribute.AttributeType.FullName == Context);
            if (context is not null)
                return [(byte)context.ConstructorArguments[0].Value!];
        }

        return [];
    }
}
