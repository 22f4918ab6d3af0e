namespace Mesh;

/// <summary>
/// What stands for the schemas of the state's tools where arguments go by reference. What it turns down goes as JSON and is
/// refused, or let in, there: it need not take everything, and must not take what the schema refuses.
/// </summary>
internal static class StateGuards
{
    /// <summary>More than the names of all arguments, a number and what stands between take as JSON.</summary>
    public const int Overhead = 128;

    private const int OverheadOfKey = Overhead + StateKeys.MaxLength;

    public static bool Accepts(GetStateArguments arguments, int maxBytes) => AcceptsKey(arguments.Key, maxBytes);

    public static bool Accepts(PutStateArguments arguments, int maxBytes) =>
        AcceptsKey(arguments.Key, maxBytes) && AcceptsValue(arguments.Value, maxBytes);

    public static bool Accepts(UpdateStateArguments arguments, int maxBytes) =>
        arguments.ExpectedVersion >= 1 && AcceptsKey(arguments.Key, maxBytes) && AcceptsValue(arguments.Value, maxBytes);

    public static bool Accepts(DeleteStateArguments arguments, int maxBytes) =>
        arguments.ExpectedVersion is null or >= 1 && AcceptsKey(arguments.Key, maxBytes);

    public static bool Accepts(ListStateArguments arguments, int maxBytes) =>
        arguments.Limit is >= 1 and <= ListStateArguments.MaxLimit
        && StateKeys.IsPattern(arguments.Pattern)
        && (arguments.Cursor is null || StateKeys.IsKey(arguments.Cursor))
        && maxBytes >= Overhead + (3 * StateKeys.MaxLength);

    private static bool AcceptsKey(string key, int maxBytes) => StateKeys.IsKey(key) && maxBytes >= OverheadOfKey;

    private static bool AcceptsValue(JsonPayload value, int maxBytes) =>
        BuiltInGuards.AcceptsJson(value, Math.Min(maxBytes, SchemaOptions.Default.MaxInstanceBytes) - OverheadOfKey);
}
