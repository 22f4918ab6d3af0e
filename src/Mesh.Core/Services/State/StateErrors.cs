using System.Globalization;
using System.Text.Json;

namespace Mesh;

/// <summary>What is said when state is not written.</summary>
internal static class StateErrors
{
    public static MeshError AlreadyExists(string key, long current) => new(MeshErrorCode.AlreadyExists, $"State key '{key}' is there already.")
    {
        Remedy = "Update it with the version in the details, or put, which asks for none.",
        Details = Versions(key, 0, current),
    };

    public static MeshError VersionConflict(string key, long expected, long current) => new(
        MeshErrorCode.VersionConflict,
        current == 0
            ? string.Create(CultureInfo.InvariantCulture, $"State key '{key}' is not there, and was expected to have version {expected}.")
            : string.Create(CultureInfo.InvariantCulture, $"State key '{key}' has version {current}, and was expected to have version {expected}."))
    {
        Remedy = current == 0 ? "Create it, or leave it deleted." : "Get it again, and write what follows from what it is now.",
        Details = Versions(key, expected, current),
    };

    public static MeshError ValueTooLarge(string key, int bytes, int most) => new(
        MeshErrorCode.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"State key '{key}': the value has {bytes} bytes, more than the {most} that the store takes."))
    {
        Remedy = "Write less, spread it over several keys, or raise MemoryStateStoreOptions.MaxValueBytes.",
    };

    public static MeshError TooManyKeys(string key, int most) => new(
        MeshErrorCode.StoreFull, string.Create(CultureInfo.InvariantCulture, $"State key '{key}' cannot be added: the store holds at most {most} keys."))
    {
        Remedy = "Delete keys that are no longer needed, or raise MemoryStateStoreOptions.MaxKeys.",
    };

    public static MeshError TooManyBytes(string key, long most) => new(
        MeshErrorCode.StoreFull, string.Create(CultureInfo.InvariantCulture, $"State key '{key}' cannot be written: keys and values would have more than {most} bytes together."))
    {
        Remedy = "Delete keys that are no longer needed, or raise MemoryStateStoreOptions.MaxTotalBytes.",
    };

    private static JsonElement Versions(string key, long expected, long current) =>
        JsonSerializer.SerializeToElement(new StateVersions(key, expected, current), MeshJsonContext.Default.StateVersions);
}

/// <summary>The details of a conflict; 0 stands for a key that is not there.</summary>
internal sealed record StateVersions(string Key, long ExpectedVersion, long CurrentVersion);
