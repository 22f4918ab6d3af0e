namespace Mesh;

/// <summary>Where the frames of one call go. Writers may be many; frames arrive in the order of their sequence.</summary>
internal interface IFrameSink
{
    /// <summary>Hands one frame on; completes when there is room for the next.</summary>
    ValueTask WriteAsync(CallFrame frame);

    /// <summary>What a caller that only wants the outcome gets of the frames, joined with the handler's own response.</summary>
    ToolResponse Complete(ToolResponse response);

    /// <summary>What had been sent before the call failed, where nobody has received it yet; else null.</summary>
    ToolResponse? Partial { get; }
}
