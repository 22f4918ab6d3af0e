using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Reads a small record from JSON by calling its constructor, each argument taken from the property of its name, as a
/// tool's method is called. The serializer does the same by way of a reader over the text, which costs several times as
/// much.
/// </summary>
internal static class ConstructorCall
{
    /// <summary>The call; null for a type that is more than what its constructor takes, which only the serializer knows to read.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static MethodCall? TryCreate(JsonTypeInfo type)
    {
        if (type is not
            {
                Kind: JsonTypeInfoKind.Object,
                PolymorphismOptions: null,
                OnDeserializing: null,
                OnDeserialized: null,
                NumberHandling: null,
                ConstructorAttributeProvider: ConstructorInfo constructor,
            })
        {
            return null;
        }

        var parameters = constructor.GetParameters();
        var bound = new ToolParameter[parameters.Length];
        foreach (var property in type.Properties)
        {
            // A source-generated context counts what an initializer sets among the parameters.
            if (property is not { CustomConverter: null, NumberHandling: null, IsExtensionData: false, AssociatedParameter: { IsMemberInitializer: false } taken }
                || taken.Position >= parameters.Length
                || parameters[taken.Position].ParameterType != property.PropertyType)
            {
                return null;
            }

            bound[taken.Position] = ToolParameter.OfArgument(
                parameters[taken.Position], new PropertyShape(property.Name, new AnyShape()), type.Options.GetTypeInfo(property.PropertyType));
        }

        return Array.TrueForAll(bound, parameter => parameter is not null)
            ? MethodCall.TryOf(bound, MethodCall.ParametersOf(constructor), type.Type, signature => Compile(signature, constructor))
            : null;
    }

    private static Delegate Compile(Type signature, ConstructorInfo constructor)
    {
        ParameterExpression[] parameters = [.. constructor.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        return Expression.Lambda(signature, Expression.New(constructor, parameters), parameters).Compile();
    }
}
