namespace Mesh;

/// <summary>
/// Brings the streams behind a response's bytes into memory, up to the host's limit, so that a caller in the room's
/// process gets the same as one at the far end of a connection.
/// </summary>
internal static class ContentReader
{
    /// <exception cref="MeshException">The response is too large, or a stream could not be read.</exception>
    public static async ValueTask<ToolResponse> ReadAsync(CallState call, ToolResponse response)
    {
        var parts = response.Parts;
        if (parts.Any(part => part is BytesPart { Source: not null }))
        {
            var read = new List<ContentPart>(parts.Count);
            long budget = call.Host.Options.MaxResponseBytes;
            foreach (var part in parts)
            {
                var own = part is BytesPart { Source: not null } bytes ? await ReadAsync(call, bytes, budget).ConfigureAwait(false) : part;
                budget -= ContentSize.Of(own);
                read.Add(own);
            }

            response = response is FileResponse ? new FileResponse((BytesPart)read[0]) : new ContentResponse(read);
        }

        return ContentSize.Of(response) <= call.Host.Options.MaxResponseBytes ? response : throw new MeshException(CallErrors.ResponseTooLarge(call));
    }

    private static async ValueTask<BytesPart> ReadAsync(CallState call, BytesPart part, long limit)
    {
        await using var source = part.Source!.ConfigureAwait(false);
        var buffer = new MemoryStream();
        var chunk = new byte[81920];
        try
        {
            int read;
            while ((read = await part.Source!.ReadAsync(chunk, call.CancellationToken).ConfigureAwait(false)) > 0)
            {
                if (buffer.Length + read > limit)
                {
                    throw new MeshException(CallErrors.ResponseTooLarge(call));
                }

                buffer.Write(chunk, 0, read);
            }
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ObjectDisposedException or UnauthorizedAccessException)
        {
            call.Host.ReportFault(new(MeshFaultKind.Handler, $"The file that '{call.Request.Target}' answered with could not be read.", exception) { CallId = call.Request.Id });
            throw new MeshException(new MeshError(MeshErrorCode.HandlerFailed, $"Tool '{call.Request.Target}': the file that it answered with could not be read."), exception);
        }

        return part with { Source = null, Data = buffer.GetBuffer().AsMemory(0, (int)buffer.Length) };
    }
}
