namespace Mesh;

/// <summary>
/// Brings the streams behind a response's bytes into memory, up to the host's limit, so that a caller in the room's
/// process gets the same as one at the far end of a connection.
/// </summary>
internal static class ContentReader
{
    /// <summary>Disposes the streams of a response that nobody will read.</summary>
    public static ValueTask DisposeAsync(MeshHost host, CallRequest request, ToolResponse response) => DisposeAsync(host, request, response.Parts, 0);

    /// <summary>Reads and disposes every stream of a response; when one cannot be read, the others are disposed unread.</summary>
    /// <exception cref="MeshException">The response is too large, or a stream could not be read.</exception>
    public static async ValueTask<ToolResponse> ReadAsync(MeshHost host, CallRequest request, ToolResponse response, CancellationToken cancellationToken)
    {
        if (response.HasStreams)
        {
            var parts = response.Parts;
            var read = new List<ContentPart>(parts.Count);
            try
            {
                long budget = host.Options.MaxResponseBytes;
                foreach (var part in parts)
                {
                    // Counted before it is read: a stream that fails is disposed by who reads it.
                    read.Add(part);
                    var own = part is BytesPart { Source: not null } bytes ? await ReadAsync(host, request, bytes, budget, cancellationToken).ConfigureAwait(false) : part;
                    budget -= own.Size;
                    read[^1] = own;
                }
            }
            finally
            {
                await DisposeAsync(host, request, parts, read.Count).ConfigureAwait(false);
            }

            response = response is FileResponse ? new FileResponse((BytesPart)read[0]) : new ContentResponse(read);
        }

        return response.Size <= host.Options.MaxResponseBytes ? response : throw new MeshException(CallErrors.ResponseTooLarge(host, request.Target));
    }

    /// <summary>Reads the stream behind one part and disposes it.</summary>
    /// <exception cref="MeshException">There is more than the limit, or the stream could not be read.</exception>
    public static async ValueTask<BytesPart> ReadAsync(
        MeshHost host, CallRequest request, BytesPart part, long limit, CancellationToken cancellationToken)
    {
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
        catch (Exception exception) when (exception is not MeshException && !cancellationToken.IsCancellationRequested)
        {
            // The stream is the handler's code: whatever it throws is the handler's failure, and its text stays here.
            host.ReportFault(new(MeshFaultKind.Handler, $"The file that '{request.Target}' answered with could not be read.", exception) { CallId = request.Id });
            throw new MeshException(new MeshError(MeshErrorCode.HandlerFailed, $"{request.Target.Label}: the file that it answered with could not be read."), exception);
        }
        finally
        {
            await DisposeAsync(host, request, [part], 0).ConfigureAwait(false);
        }

        return part with { Source = null, Data = buffer.GetBuffer().AsMemory(0, (int)buffer.Length) };
    }

    private static async ValueTask DisposeAsync(MeshHost host, CallRequest request, IReadOnlyList<ContentPart> parts, int from)
    {
        for (int i = from; i < parts.Count; i++)
        {
            if (parts[i] is not BytesPart { Source: { } source })
            {
                continue;
            }

            try
            {
                await source.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // What was read is good, and the other streams are still to be disposed.
                host.ReportFault(new(MeshFaultKind.Handler, $"The file that '{request.Target}' answered with could not be closed.", exception) { CallId = request.Id });
            }
        }
    }
}
