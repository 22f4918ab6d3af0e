namespace Mesh.Testing;

/// <summary>Whether a <see cref="RecordingChatClient"/> asks the model or its cassette.</summary>
public enum RecordingMode
{
    /// <summary>The cassette where the file exists, else the model, whose answers are recorded.</summary>
    Auto,

    /// <summary>The model; its answers replace what the file has.</summary>
    Record,

    /// <summary>The cassette, and never the model: what one sets where tests must not need a key.</summary>
    Replay,
}
