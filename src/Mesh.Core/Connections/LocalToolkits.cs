namespace Mesh;

/// <summary>The toolkits that one client has registered, by their leases: the code that calls from the room lead to.</summary>
internal sealed class LocalToolkits
{
    private Dictionary<MeshId, Toolkit>? _toolkits;

    public void Add(MeshId registrationId, Toolkit toolkit)
    {
        lock (this)
        {
            (_toolkits ??= []).Add(registrationId, toolkit);
        }
    }

    public void Remove(MeshId registrationId)
    {
        lock (this)
        {
            _toolkits?.Remove(registrationId);
        }
    }

    /// <summary>The tool behind a lease; null when there is no such lease, or it has no such tool.</summary>
    public Tool? FindTool(MeshId registrationId, string toolName)
    {
        lock (this)
        {
            return _toolkits?.GetValueOrDefault(registrationId)?.FindTool(toolName);
        }
    }

    /// <summary>What a call ends with that comes for a tool without code behind it: most often that was withdrawn while the call was on its way.</summary>
    public static MeshError Missing(ToolAddress target, MeshId registrationId) =>
        new(MeshErrorCode.Unavailable, $"{target.Label}: its provider has no code under lease '{registrationId}', or has it no more.")
        {
            Remedy = "Call again: the call had no effect. If this stays, register with RoomClient.Toolkits.RegisterAsync, which keeps both sides in step.",
            Retryable = true,
        };
}
