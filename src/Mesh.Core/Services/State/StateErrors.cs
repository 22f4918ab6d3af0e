using System.Globalization;
using System.Text.Json;

namespace Mesh;

/// <summary>What stores say when they refuse something, so that every store says the same. Of a version that is not the expected
/// one they only tell, by <see cref="StateWriteResult"/>.</summary>
public static class StateErrors
{
    internal static MeshError AlreadyExists(string key, long current) => new(MeshErrorCode.AlreadyExists, $"State key '{key}' is there already.")
    {
        Remedy = "Update it with the version in the details, or put, which asks for none.",
        Details = Versions(key, 0, current),
    };

    internal static MeshError VersionConflict(string key, long expected, long current) => new(
        MeshErrorCode.VersionConflict,
        current == 0
            ? string.Create(CultureInfo.InvariantCulture, $"State key '{key}' is not there, and was expected to have version {expected}.")
            : string.Create(CultureInfo.InvariantCulture, $"State key '{key}' has version {current}, and was expected to have version {expected}."))
    {
        Remedy = current == 0 ? "Create it, or leave it deleted." : "Get it again, and write what follows from what it is now.",
        Details = Versions(key, expected, current),
    };

    /// <summary>The value is larger than the store takes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="size">The size of the value, in bytes of JSON.</param>
    /// <param name="limit">How large it may be.</param>
    public static MeshError TooLarge(string key, int size, int limit) => new(
        MeshErrorCode.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"State key '{key}': the value has {size} bytes, more than the {limit} that the store takes."))
    {
        Remedy = "Write less, or spread it over several keys.",
    };

    /// <summary>There is no room for the write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="limit">What the store holds at most, such as <c>100,000 keys</c>.</param>
    public static MeshError Full(string key, string limit) => new(
        MeshErrorCode.StoreFull, $"State key '{key}' cannot be written: the store holds at most {limit}.")
    {
        Remedy = "Nothing was changed. Delete keys that are no longer needed.",
    };

    private static JsonElement Versions(string key, long expected, long current) =>
        JsonSerializer.SerializeToElement(new StateVersions(key, expected, current), MeshJsonContext.Default.StateVersions);
}

/// <summary>The details of a conflict; 0 stands for a key that is not there.</summary>
internal sealed record StateVersions(string Key, long ExpectedVersion, long CurrentVersion);
