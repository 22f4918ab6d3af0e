using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Adds the tools of a service that each room keeps: a call of them finds that of its room, which the first call makes.</summary>
/// <param name="toolkit">Where to add them.</param>
/// <param name="find">The service among those of a room.</param>
internal sealed class ServiceTools<TService>(BuiltInToolkit toolkit, Func<RoomStores, RoomStore<TService>> find)
    where TService : class
{
    /// <summary>Adds a tool that answers with one value.</summary>
    /// <param name="name">The name within the toolkit.</param>
    /// <param name="description">What it does.</param>
    /// <param name="annotations">What it does to what there is.</param>
    /// <param name="arguments">How arguments are written and read.</param>
    /// <param name="result">How the result is.</param>
    /// <param name="handler">The code.</param>
    /// <param name="right">What it takes to call it.</param>
    /// <param name="guard">Lets arguments go by reference; null where they always go as JSON.</param>
    public void Add<TArguments, TResult>(
        string name,
        string description,
        ToolAnnotations annotations,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        Func<TService, CallState, TArguments, ValueTask<TResult>> handler,
        RoomRight right,
        BuiltInGuard<TArguments>? guard = null)
        where TArguments : class
    {
        toolkit.Add(name, arguments, result, Call, right, new ToolOptions { Description = description, Annotations = annotations }, guard);

        ValueTask<TResult> Call(CallState call, TArguments given)
        {
            var service = find(call.Member.Room.Stores);
            return service.Made is { } made ? handler(made, call, given) : MakeAsync(service, call, given);
        }

        async ValueTask<TResult> MakeAsync(RoomStore<TService> service, CallState call, TArguments given) =>
            await handler(await service.GetAsync(call.CancellationToken).ConfigureAwait(false), call, given).ConfigureAwait(false);
    }

    /// <summary>Adds a tool that answers with a stream.</summary>
    /// <param name="name">The name within the toolkit.</param>
    /// <param name="description">What it does.</param>
    /// <param name="annotations">What it does to what there is.</param>
    /// <param name="arguments">How arguments are written and read.</param>
    /// <param name="item">How an item is.</param>
    /// <param name="handler">The code. Its stream is disposed when the caller reads no more.</param>
    /// <param name="right">What it takes to call it.</param>
    public void AddStream<TArguments, TItem>(
        string name,
        string description,
        ToolAnnotations annotations,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TItem> item,
        Func<TService, CallState, TArguments, IAsyncEnumerable<TItem>> handler,
        RoomRight right)
        where TArguments : class
    {
        toolkit.AddStream(name, arguments, item, CallAsync, right, new ToolOptions { Description = description, Annotations = annotations });

        async ValueTask<IAsyncEnumerable<TItem>> CallAsync(CallState call, TArguments given)
        {
            var service = find(call.Member.Room.Stores);
            return handler(service.Made ?? await service.GetAsync(call.CancellationToken).ConfigureAwait(false), call, given);
        }
    }
}
