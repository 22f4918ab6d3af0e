namespace Mesh;

/// <summary>Why a document was refused before any schema looked at it.</summary>
internal enum JsonFault
{
    None,
    Malformed,
    TooDeep,
    TooLarge,
    DuplicateProperty,
    NotFinite,
    LoneSurrogate,
}

/// <summary>Which rules reading a document applies beside those of JSON itself.</summary>
[Flags]
internal enum JsonRules
{
    None = 0,

    /// <summary>Comments and trailing commas are passed over: an element may come from a document that was read that way.</summary>
    Lenient = 1,
    UniqueNames = 2,
    WellFormedText = 4,
    FiniteNumbers = 8,

    /// <summary>What everything that enters a room has to keep.</summary>
    Entrance = UniqueNames | WellFormedText | FiniteNumbers,
}

internal static class JsonFaults
{
    /// <summary>The keyword that a <see cref="SchemaViolation"/> names for a fault.</summary>
    public static string Keyword(this JsonFault fault) => fault switch
    {
        JsonFault.TooDeep => "maxDepth",
        JsonFault.TooLarge => "maxSize",
        JsonFault.DuplicateProperty => "duplicateProperty",
        JsonFault.NotFinite => "finite",
        JsonFault.LoneSurrogate => "surrogate",
        _ => "json",
    };

    public static string Message(this JsonFault fault) => fault switch
    {
        JsonFault.TooDeep => "is nested too deeply",
        JsonFault.TooLarge => "is too large",
        JsonFault.DuplicateProperty => "is given more than once",
        JsonFault.NotFinite => "must be a number that a double can hold",
        JsonFault.LoneSurrogate => "must be well-formed Unicode text (found half of a surrogate pair or invalid UTF-8)",
        _ => "is not valid JSON",
    };
}
