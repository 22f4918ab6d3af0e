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

    /// <summary>The tool behind a lease.</summary>
    /// <exception cref="MeshException">There is no such lease, or it has no such tool.</exception>
    public Tool FindTool(MeshId registrationId, string toolName)
    {
        lock (this)
        {
            return _toolkits?.GetValueOrDefault(registrationId)?.FindTool(toolName)
                ?? throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"No tool '{toolName}' is registered under lease '{registrationId}'.")
                {
                    Remedy = "Register toolkits with RoomClient.Toolkits.RegisterAsync, which keeps both sides in step.",
                });
        }
    }
}
