using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A tool of the room itself. Between a client in the room's process and its code, arguments and result go by reference:
/// they are Mesh's own immutable types, and a check stands for the schema of the arguments.
/// </summary>
internal sealed class BuiltInTool<TArguments, TResult>(
    string name,
    JsonTypeInfo<TArguments> arguments,
    JsonTypeInfo<TResult> result,
    Func<CallState, TArguments, ValueTask<TResult>> handler,
    BuiltInGuard<TArguments>? guard,
    ToolOptions options) : Tool(ToolDefinitions.Define(name, arguments, result, options))
    where TArguments : class
{
    private readonly ToolPassage? _passage = guard is null ? null : new BuiltInPassage<TArguments>(guard);

    internal override ToolPassage? FindPassage<TGiven, TRead>(PassedType<TGiven> given, PassedType<TRead> read) =>
        typeof(TGiven) == typeof(TArguments) && typeof(TRead) == typeof(TResult) ? _passage : null;

    protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement json, CallContext context)
    {
        var passed = context.Request.Arguments.Passed;
        var value = passed is null ? ArgumentBinder.Bind(json, arguments, "/", context)! : PassedCall<TArguments>.Of(passed).Arguments;
        var running = handler((CallState)context, value);
        return running.IsCompletedSuccessfully ? new(ToResponse(running.Result, context, passed)) : WaitAsync(running, context, passed);
    }

    private async ValueTask<ToolResponse> WaitAsync(ValueTask<TResult> running, CallContext context, PassedCall? passed) =>
        ToResponse(await running.ConfigureAwait(false), context, passed);

    private ToolResponse ToResponse(TResult value, CallContext context, PassedCall? passed)
    {
        if (passed is null)
        {
            return ResultWriter.Write(value, result, context);
        }

        PassedCall<TArguments, TResult>.Of(passed).Result = value;
        return passed;
    }
}

/// <summary>A tool of the room itself that answers with a stream of items, and with nothing at its end.</summary>
internal sealed class BuiltInStream<TArguments, TItem>(
    string name,
    JsonTypeInfo<TArguments> arguments,
    JsonTypeInfo<TItem> item,
    Func<CallState, TArguments, ValueTask<IAsyncEnumerable<TItem>>> handler,
    ToolOptions options) : Tool(ToolDefinitions.DefineStream(name, arguments, item, options))
    where TArguments : class
{
    protected internal override async ValueTask<ToolResponse> InvokeAsync(JsonElement json, CallContext context)
    {
        var value = ArgumentBinder.Bind(json, arguments, "/", context)!;
        var items = await handler((CallState)context, value).ConfigureAwait(false);
        await foreach (var each in items.WithCancellation(context.CancellationToken).ConfigureAwait(false))
        {
            await context.WriteChunkAsync(each, item).ConfigureAwait(false);
        }

        return EmptyResponse.Instance;
    }
}

/// <summary>Whether arguments satisfy the schema of their type. What it accepts the schema accepts as JSON; what it does not
/// goes as JSON, and is refused or accepted there.</summary>
/// <param name="arguments">The arguments.</param>
/// <param name="maxBytes">How large their JSON may be.</param>
internal delegate bool BuiltInGuard<in TArguments>(TArguments arguments, int maxBytes);

/// <summary>
/// Checks of arguments. One is made of the metadata that their schema is made of; those that hold JSON, or are asked about for
/// every message and key, are written by hand where making that JSON, or running a pattern, would cost more than the call.
/// </summary>
internal static class BuiltInGuards
{
    // The value stands one level within the arguments.
    private static readonly int MaxDepth = SchemaOptions.Default.MaxInstanceDepth - 1;

    /// <summary>Whether a property that holds any JSON, as text, may enter a room.</summary>
    public static bool AcceptsJson(JsonPayload value, int maxBytes)
    {
        if (value.Passed is not null)
        {
            return false;
        }

        var json = value.Open(out bool isElement);
        return !isElement && !json.IsEmpty && JsonEntrance.Check(json, MaxDepth, maxBytes) is null;
    }

    public static BuiltInGuard<TArguments> Of<TArguments>(JsonTypeInfo<TArguments> type) =>
        TypeGuard.Compile(TypeShapeReader.Read(type), type, forInput: true).Accepts;
}

/// <summary>The passage into a tool of the room itself.</summary>
internal sealed class BuiltInPassage<TArguments>(BuiltInGuard<TArguments> guard) : ToolPassage
{
    public override bool Accepts(PassedCall call, int maxBytes) => guard(PassedCall<TArguments>.Of(call).Arguments, maxBytes);
}
