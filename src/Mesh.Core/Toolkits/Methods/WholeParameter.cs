using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The one parameter that a method's arguments as a whole are read as: they are its JSON, or an object that holds nothing
/// else.
/// </summary>
internal interface IWholeParameter
{
    /// <summary>What it is, null included where that is allowed.</summary>
    TypeShape Shape { get; }

    /// <summary>Whether it is a property of the arguments, in place of being the arguments.</summary>
    bool IsWrapped { get; }

    /// <summary>The same parameter for calls whose arguments go by reference, as a value of its type.</summary>
    ToolParameter FromValue();
}

/// <summary>The same with a type that is known where it is read.</summary>
/// <param name="argument">What was read of the parameter.</param>
/// <param name="type">How it is read from JSON.</param>
/// <param name="wrapped">The property of the arguments that it is; null where it is the arguments.</param>
/// <param name="constructor">What makes one of the arguments; null where the serializer does.</param>
internal sealed class WholeParameter<T>(PropertyShape argument, JsonTypeInfo<T> type, ToolParameter<T>? wrapped, MethodCall? constructor)
    : ToolParameter<T>, IWholeParameter
{
    public override PropertyShape? Argument => wrapped?.Argument;

    public TypeShape Shape { get; } = wrapped is not null && argument.AcceptsNull ? new NullableShape(argument.Shape) : argument.Shape;

    public bool IsWrapped => wrapped is not null;

    public ToolParameter FromValue() => new ValueParameter();

    public override T Read(JsonElement arguments, CallContext context) =>
        constructor is not null ? Construct(arguments, context)
        : wrapped is not null ? wrapped.Read(arguments, context)
        : ArgumentBinder.Bind(arguments, type, "/", context)!;

    private T Construct(JsonElement arguments, CallContext context)
    {
        try
        {
            return (T)constructor!.Invoke(arguments, context)!;
        }
        catch (Exception exception) when (ArgumentBinder.IsUnfit(exception))
        {
            throw ArgumentBinder.Unfit(type, "/", context, exception);
        }
    }

    private sealed class ValueParameter : ToolParameter<T>
    {
        public override T Read(JsonElement arguments, CallContext context) => PassedCall<T>.Of(context.Request.Arguments.Passed!).Arguments;
    }
}
