using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A toolkit that every room has of itself. What a participant asks of it is a call like every other: granted, validated,
/// journaled, and reached remotely. One definition serves all rooms; the room is that of the call.
/// </summary>
internal sealed class BuiltInToolkit(string name)
{
    private readonly Dictionary<string, ToolInstance> _byPath = new(StringComparer.Ordinal);

    /// <summary>The tool at a path; null when there is none.</summary>
    public ToolInstance? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The definitions of all of its tools.</summary>
    public IEnumerable<ToolDefinition> Definitions => _byPath.Values.Select(static tool => tool.Contract.Definition);

    /// <summary>The tools that grants cover; which keys or queues they cover is found out by a call.</summary>
    public ToolkitInfo ViewFor(Grants grants) => new()
    {
        Name = name,
        Tools = [.. _byPath.Values.Where(tool => tool.IsGrantedBy(grants)).Select(static tool => tool.Contract.Definition)],
    };

    /// <summary>Adds a tool that answers with one value.</summary>
    /// <param name="tool">The name within the toolkit.</param>
    /// <param name="arguments">How arguments are written and read.</param>
    /// <param name="result">How the result is.</param>
    /// <param name="handler">The code.</param>
    /// <param name="right">What it takes to call it.</param>
    /// <param name="options">Its description, annotations and the like.</param>
    /// <param name="guard">Lets arguments go by reference; null where they always go as JSON.</param>
    public void Add<TArguments, TResult>(
        string tool,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        Func<CallState, TArguments, ValueTask<TResult>> handler,
        RoomRight right,
        ToolOptions options,
        BuiltInGuard<TArguments>? guard = null)
        where TArguments : class =>
        Add(new BuiltInTool<TArguments, TResult>(tool, arguments, result, handler, guard, options), right);

    /// <summary>Adds a tool that answers with a stream.</summary>
    /// <param name="tool">The name within the toolkit.</param>
    /// <param name="arguments">How arguments are written and read.</param>
    /// <param name="item">How an item is.</param>
    /// <param name="handler">The code. Its stream is disposed when the caller reads no more.</param>
    /// <param name="right">What it takes to call it.</param>
    /// <param name="options">Its description, annotations and the like.</param>
    public void AddStream<TArguments, TItem>(
        string tool,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TItem> item,
        Func<CallState, TArguments, ValueTask<IAsyncEnumerable<TItem>>> handler,
        RoomRight right,
        ToolOptions options)
        where TArguments : class =>
        Add(new BuiltInStream<TArguments, TItem>(tool, arguments, item, handler, options), right);

    private void Add(Tool tool, RoomRight right)
    {
        string path = $"{name}/{tool.Name}";
        _byPath.Add(path, new ToolInstance(path, new ToolContract(tool.Definition, SchemaOptions.Default), new BuiltInInvoker(tool), null, right));
    }
}

/// <summary>Runs a tool of the room. Its code acts on the room itself and has no client of its own.</summary>
internal sealed class BuiltInInvoker(Tool tool) : ToolInvoker
{
    public override CallEnd Invoke(CallState call) => ToolRunner.Run(tool, call, call.Arguments);

    public override CallEnd Finish(Task handler, CallState call) => ToolRunner.Finish(tool, handler, call);

    public override ToolPassage? FindPassage<TArguments, TResult>(ToolContract contract, PassedType<TArguments> arguments, PassedType<TResult> result) =>
        tool.FindPassage(arguments, result);
}
