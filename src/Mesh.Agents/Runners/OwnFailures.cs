namespace Mesh.Agents;

/// <summary>
/// What the turns, models and stores of an agent of this assembly fail with. Other exceptions of a handler stay with its host; these are made for
/// whoever asked, and hold nothing of what the client of a model threw.
/// </summary>
internal static class OwnFailures
{
    /// <summary>Runs the code of such an agent, and tells its caller what it fails with.</summary>
    /// <exception cref="ToolException">It has failed with an error of Mesh.</exception>
    public static async ValueTask<T> TellAsync<T>(Func<ValueTask<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception is not ToolException)
        {
            throw new ToolException(exception.Error, exception);
        }
    }
}
