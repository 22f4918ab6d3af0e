namespace Mesh;

/// <summary>How a call ended.</summary>
public enum CallStatus
{
    /// <summary>It ended with a result.</summary>
    Result,

    /// <summary>It ended with an error.</summary>
    Error,

    /// <summary>Its caller cancelled it.</summary>
    Cancelled,

    /// <summary>Whether it had its effect cannot be known: its provider went away in the middle of it.</summary>
    Unknown,
}
