using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Reads arguments that satisfy their schema as CLR values. A few values that no schema can rule out still do not fit
/// their type, such as a decimal of a thousand digits: those are refused as arguments, not blamed on the handler.
/// </summary>
internal static class ArgumentBinder
{
    /// <exception cref="ToolException">The value does not fit its type (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    public static T? Bind<T>(JsonElement value, JsonTypeInfo<T> type, string path, CallContext context)
    {
        try
        {
            return value.Deserialize(type);
        }
        catch (Exception exception) when (IsUnfit(exception))
        {
            throw Unfit(type, path, context, exception);
        }
    }

    /// <summary>Whether an exception says that a value does not fit, be it thrown by the serializer or by a constructor.</summary>
    public static bool IsUnfit(Exception exception) => exception is JsonException or FormatException or OverflowException or ArgumentException;

    /// <summary>What says so to the caller.</summary>
    public static ToolException Unfit(JsonTypeInfo type, string path, CallContext context, Exception exception) => new(
        new MeshError(MeshErrorCode.InvalidArguments, $"{context.Request.Target.Label}: argument {path} does not fit the type '{type.Type.Name}' of its parameter.")
        {
            Remedy = "Send a value within the range of that type.",
        },
        exception);
}
