using System.Globalization;

namespace Mesh.Agents;

/// <summary>What stores of threads say when they refuse something, so that every store says the same.</summary>
public static class ThreadErrors
{
    /// <summary>There is no such thread.</summary>
    /// <param name="thread">The thread.</param>
    public static MeshError NotFound(string thread) => new(MeshErrorCode.NotFound, $"There is no thread '{thread}'.")
    {
        Remedy = "Open it first.",
    };

    /// <summary>The thread has no such entry.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="sequence">Which entry.</param>
    public static MeshError NoEntry(string thread, long sequence) => new(
        MeshErrorCode.NotFound, string.Create(CultureInfo.InvariantCulture, $"Thread '{thread}' has no entry {sequence}."))
    {
        Remedy = "Read the thread, and take the sequence of one of its entries.",
    };

    /// <summary>There is a thread of that id, which is not the branch that was asked for.</summary>
    /// <param name="thread">The thread.</param>
    public static MeshError AlreadyExists(string thread) => new(MeshErrorCode.AlreadyExists, $"There is a thread '{thread}' already.")
    {
        Remedy = "Give the branch another id.",
    };

    /// <summary>What was given as a cursor is none.</summary>
    /// <param name="cursor">What was given.</param>
    public static MeshError NoCursor(string cursor) => new(MeshErrorCode.InvalidArguments, $"'{cursor}' is no cursor of a list of threads.")
    {
        Remedy = "Give that of the page before, or none for the beginning.",
    };

    /// <summary>Somebody has added to the thread since it was read.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="expected">The version that was expected.</param>
    /// <param name="current">The one that it has.</param>
    public static MeshError VersionConflict(string thread, long expected, long current) => new(
        MeshErrorCode.VersionConflict,
        string.Create(CultureInfo.InvariantCulture, $"Thread '{thread}' has version {current}, and was expected to have version {expected}."))
    {
        Remedy = "Read what is new, and add what follows from that.",
    };

    /// <summary>The entry is larger than the store takes.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="size">The size of its message, in bytes of JSON.</param>
    /// <param name="limit">How large it may be.</param>
    public static MeshError TooLarge(string thread, long size, long limit) => new(
        MeshErrorCode.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"Thread '{thread}': the message has {size} bytes, more than the {limit} that the store takes."))
    {
        Remedy = "Say less, or send a link in the place of a file.",
    };

    /// <summary>There is no room.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="limit">What the store holds at most, such as <c>10,000 threads</c>.</param>
    public static MeshError Full(string thread, string limit) => new(
        MeshErrorCode.StoreFull, $"Thread '{thread}' cannot be written: the store holds at most {limit}.")
    {
        Remedy = "Nothing was added. Begin another thread, or give the store more room.",
    };
}
