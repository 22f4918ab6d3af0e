namespace Mesh;

/// <summary>
/// Brings the streams behind a response's bytes into memory, up to the host's limit, so that a caller in the room's
/// process gets the same as one at the far end of a connection.
/// </summary>
internal static class ContentReader
{
    /// <summary>Whether there is anything to read, which may take time.</summary>
    public static bool HasStreams(ToolResponse response) => response switch
    {
        FileResponse file => file.File.Source is not null,
        ContentResponse content => content.Parts.Any(part => part is BytesPart { Source: not null }),
        _ => false,
    };

    /// <exception cref="MeshException">The response is too large, or a stream could not be read.</exception>
    public static async ValueTask<ToolResponse> ReadAsync(MeshHost host, CallRequest request, ToolResponse response, CancellationToken cancellationToken)
    {
        if (HasStreams(response))
        {
            var parts = response.Parts;
            var read = new List<ContentPart>(parts.Count);
            long budget = host.Options.MaxResponseBytes;
            foreach (var part in parts)
            {
                var own = part is BytesPart { Source: not null } bytes ? await ReadAsync(host, request, bytes, budget, cancellationToken).ConfigureAwait(false) : part;
                budget -= ContentSize.Of(own);
                read.Add(own);
            }

            response = response is FileResponse ? new FileResponse((BytesPart)read[0]) : new ContentResponse(read);
        }

        return ContentSize.Of(response) <= host.Options.MaxResponseBytes ? response : throw new MeshException(CallErrors.ResponseTooLarge(host, request.Target));
    }

    /// <summary>Reads the stream behind one part and disposes it.</summary>
    /// <exception cref="MeshException">There is more than the limit, or the stream could not be read.</exception>
    public static async ValueTask<BytesPart> ReadAsync(
        MeshHost host, CallRequest request, BytesPart part, long limit, CancellationToken cancellationToken)
    {
        await using var source = part.Source!.ConfigureAwait(false);
        var buffer = new MemoryStream();
        var chunk = new byte[81920];
        try
        {
            int read;
            while ((read = await part.Source!.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (buffer.Length + read > limit)
                {
                    throw new MeshException(CallErrors.ResponseTooLarge(host, request.Target));
                }

                buffer.Write(chunk, 0, read);
            }
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ObjectDisposedException or UnauthorizedAccessException)
        {
            host.ReportFault(new(MeshFaultKind.Handler, $"The file that '{request.Target}' answered with could not be read.", exception) { CallId = request.Id });
            throw new MeshException(new MeshError(MeshErrorCode.HandlerFailed, $"Tool '{request.Target}': the file that it answered with could not be read."), exception);
        }

        return part with { Source = null, Data = buffer.GetBuffer().AsMemory(0, (int)buffer.Length) };
    }
}
