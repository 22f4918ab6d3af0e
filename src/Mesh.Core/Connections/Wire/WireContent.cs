namespace Mesh;

/// <summary>Requests, frames, content and outcomes to and from their form on a wire.</summary>
internal static class WireContent
{
    public static WireRequest ToWire(this CallRequest request, WireMessage message) =>
        new(request.Id, request.ParentId, request.RootId, request.Attempt, request.Target)
        {
            Arguments = request.Arguments.IsEmpty ? null : message.Attach(request.Arguments.ToUtf8()),
            Terms = ReferenceEquals(request.Terms, CallTerms.None) ? null : request.Terms,
        };

    public static CallRequest FromWire(this WireRequest request, WireMessage message) => new()
    {
        Id = request.Id,
        ParentId = request.ParentId,
        RootId = request.RootId,
        Attempt = request.Attempt,
        Target = request.Target,
        Arguments = request.Arguments is null ? default : JsonPayload.FromUtf8(message.Attachment(request.Arguments)),
        Terms = request.Terms ?? CallTerms.None,
    };

    public static WireFrame ToWire(this CallFrame frame, WireMessage message) => frame switch
    {
        ProgressFrame progress => new() { Value = progress.Value, Total = progress.Total, Message = progress.Message ?? "" },
        ContentFrame content => new() { Content = content.Part.ToWire(message) },
        ChunkFrame chunk => new() { Chunk = chunk.Item.ToWire(message) },
        LaggedFrame lagged => new() { Lagged = lagged.Count },
        UsageFrame used => new() { Usage = used.Usage, Reservation = used.Reservation == 0 ? null : used.Reservation },
        ReserveFrame reserve => new() { Estimate = reserve.Estimate, Reservation = reserve.Reservation },
        _ => throw new InvalidOperationException("The end of a call is an outcome, not a frame."),
    };

    public static CallFrame FromWire(this WireFrame frame, WireMessage message) => frame switch
    {
        { Content: { } content } => new ContentFrame(content.FromWire(message)),
        { Chunk: { } chunk } => new ChunkFrame(chunk.FromWire(message)),
        { Lagged: { } count } => new LaggedFrame(count),
        { Estimate: { } estimate, Reservation: { } number } => estimate >= 0 && number > 0
            ? new ReserveFrame(number, estimate)
            : throw WireMessage.Malformed("it reserves less than nothing"),
        { Usage: { } usage } => new UsageFrame(usage, frame.Reservation ?? 0),
        { Reservation: { } number } => new UsageFrame(null, number),
        _ => new ProgressFrame(frame.Value ?? 0, frame.Total, frame.Message is { Length: > 0 } text ? text : null),
    };

    public static WirePart ToWire(this ContentPart part, WireMessage message) => part switch
    {
        TextPart text => new("text") { Text = text.Text },
        JsonPart json => new("json") { Attachment = message.Attach(json.Value.ToUtf8()) },
        BytesPart bytes => new("bytes") { Attachment = message.Attach(bytes.Data), MimeType = bytes.MimeType, Name = bytes.Name },
        LinkPart link => new("link") { Uri = link.Uri, MimeType = link.MimeType, Name = link.Name },
        _ => throw new InvalidOperationException($"Unknown content part {part.GetType().Name}."),
    };

    public static ContentPart FromWire(this WirePart part, WireMessage message) => part.Kind switch
    {
        "text" => new TextPart(part.Text ?? ""),
        "json" => new JsonPart(JsonPayload.FromUtf8(message.Attachment(part.Attachment))),
        "bytes" => new BytesPart(message.Attachment(part.Attachment), part.MimeType ?? "application/octet-stream") { Name = part.Name },
        "link" when part.Uri is not null => new LinkPart(part.Uri) { MimeType = part.MimeType, Name = part.Name },
        _ => throw WireMessage.Malformed($"it holds a content part of kind '{part.Kind}'"),
    };

    public static WireOutcome ToWire(this CallOutcome outcome, long sequence, WireMessage message) => new(sequence)
    {
        Error = outcome.Error,
        Form = outcome.Response switch
        {
            null => null,
            TextResponse => "text",
            JsonResponse => "json",
            FileResponse => "file",
            LinkResponse => "link",
            EmptyResponse => "empty",
            _ => "content",
        },
        Parts = outcome.Response is { Parts: { Count: > 0 } parts } ? [.. parts.Select(part => part.ToWire(message))] : null,
    };

    public static CallOutcome FromWire(this WireOutcome outcome, WireMessage message)
    {
        var parts = (outcome.Parts ?? []).Select(part => part.FromWire(message)).ToArray();
        ToolResponse? response = (outcome.Form, parts) switch
        {
            (null, _) => null,
            ("text", [TextPart text]) => new TextResponse(text.Text),
            ("json", [JsonPart json]) => new JsonResponse(json.Value),
            ("file", [BytesPart file]) => new FileResponse(file),
            ("link", [LinkPart link]) => new LinkResponse(link),
            ("empty", []) => EmptyResponse.Instance,
            ("content", _) => new ContentResponse(parts),
            _ => throw WireMessage.Malformed($"its response of form '{outcome.Form}' has other parts than it should"),
        };
        return outcome.Error is { } error ? CallOutcome.FromError(error, response)
            : response is not null ? CallOutcome.FromResult(response)
            : throw WireMessage.Malformed("its outcome is neither a result nor an error");
    }

    public static WireEvent ToWire(this RoomEvent e) => new(e.Session, e.Sequence, e.Time, e.Kind)
    {
        Payload = e.Payload.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : e.Payload,
        Lagged = e.Lagged,
    };

    public static RoomEvent FromWire(this WireEvent e) => new(e.Session, e.Sequence, e.Time, e.Kind, e.Payload ?? default) { Lagged = e.Lagged };
}
