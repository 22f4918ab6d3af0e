namespace Mesh;

/// <summary>
/// Gathers what a streaming tool sends for a caller that asked for one response: chunks of JSON or text become one JSON
/// array, chunks of bytes one file, and content parts stand before the handler's own response. Progress is dropped.
/// Bounded by the host's limit on responses.
/// </summary>
internal sealed class ResponseCollector(CallState call) : IFrameSink
{
    private readonly Lock _gate = new();
    private readonly List<ContentPart> _content = [];
    private readonly List<ContentPart> _chunks = [];
    private long _bytes;

    public ToolResponse? Partial => _content.Count + _chunks.Count == 0 ? null : Complete(EmptyResponse.Instance);

    public ValueTask WriteAsync(CallFrame frame)
    {
        frame = frame is TypedChunk typed ? typed.ToChunk() : frame;
        lock (_gate)
        {
            if (frame is ContentFrame or ChunkFrame)
            {
                var part = frame is ContentFrame content ? content.Part : ((ChunkFrame)frame).Item;
                (frame is ContentFrame ? _content : _chunks).Add(part);

                // What is empty is kept too.
                _bytes += Math.Max(1, part.Size);
            }
        }

        if (_bytes > call.Host.Options.MaxResponseBytes)
        {
            call.Abandon(CallErrors.ResponseTooLarge(call.Host, call.Request.Target));
        }

        return default;
    }

    public ToolResponse Complete(ToolResponse response)
    {
        lock (_gate)
        {
            var chunks = JoinChunks();
            if (_content.Count == 0 && (chunks is null || response is EmptyResponse))
            {
                return chunks ?? response;
            }

            return new ContentResponse([.. _content, .. chunks?.Parts ?? [], .. response.Parts]);
        }
    }

    private ToolResponse? JoinChunks() => _chunks.Count == 0 ? null : ContentPart.Join(_chunks) switch
    {
        JsonPart json => new JsonResponse(json.Value),
        BytesPart file => new FileResponse(file),
        _ => new ContentResponse([.. _chunks]),
    };
}
