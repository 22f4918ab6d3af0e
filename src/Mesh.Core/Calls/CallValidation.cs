using System.Globalization;
using System.Text.Json;

namespace Mesh;

/// <summary>The two validate stages of the call path: what goes into a tool and what comes out of it.</summary>
internal static class CallValidation
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    /// <summary>Takes the size of the arguments, and finds out whether they are still there. A filter is to see them as JSON.</summary>
    public static MeshError? Measure(CallState call)
    {
        if (call.Request.Arguments.Passed is not null)
        {
            return call.Host.Options.Filters.Count == 0 ? null : CallPassing.Write(call);
        }

        try
        {
            call.ArgumentBytes = call.Request.Arguments.Length;
            return null;
        }
        catch (ObjectDisposedException)
        {
            call.Request = call.Request with { Arguments = default };
            return new(MeshErrorCode.InvalidArguments, $"{call.Request.Target.Label}: the document of the arguments is disposed.")
            {
                Remedy = "Keep the JsonDocument until the call has ended, or pass a clone of its element.",
            };
        }
    }

    /// <summary>
    /// Checks the arguments against the tool's schema and the rules for whatever enters a room (no property twice, finite
    /// numbers, well-formed text, bounded depth and size), and gives them to the call.
    /// </summary>
    public static MeshError? CheckArguments(CallState call)
    {
        var payload = call.Request.Arguments;
        if (payload.Passed is { } passed)
        {
            return CallPassing.TryPass(call, passed) ? null : CallPassing.Write(call) ?? CheckArguments(call);
        }

        var schema = call.Instance!.Contract.Input;
        if (call.ArgumentBytes > call.Host.Options.MaxArgumentBytes)
        {
            return new(MeshErrorCode.TooLarge, string.Create(CultureInfo.InvariantCulture, $"{call.Request.Target.Label}: the arguments have {call.ArgumentBytes} bytes, more than the {call.Host.Options.MaxArgumentBytes} that the host takes."))
            {
                Remedy = "Send less, or stream it.",
            };
        }

        if (call.ArgumentBytes == 0)
        {
            call.Arguments = NoArguments;
            return schema.IsValid(NoArguments) ? null : Refuse(call, schema.Validate(NoArguments));
        }

        var json = payload.Open(out bool isElement);
        if (isElement)
        {
            call.Arguments = payload.Element;
            return schema.IsValidStrict(json) ? null : Refuse(call, schema.Validate(call.Arguments, strict: true));
        }

        if (!schema.IsValid(json))
        {
            return Refuse(call, schema.Validate(json));
        }

        // Read only now that it is known to be well formed; pooled, and given back when the call has ended.
        call.ArgumentsDocument = JsonDocument.Parse(payload.ToUtf8());
        call.Arguments = call.ArgumentsDocument.RootElement;
        return null;
    }

    /// <summary>Checks a result against the tool's schema, brings its content into memory, and joins what was streamed before it.</summary>
    public static CallEnd CheckOutput(CallState call, ToolResponse response)
    {
        if (call.Sink is null)
        {
            // The common cases, without a state machine. What comes by reference was held against the schema on its way.
            if (response is PassedCall)
            {
                return CallOutcome.FromResult(response);
            }

            if (response is JsonResponse { Value: var value })
            {
                return CheckJson(call, value) is { } error ? error : CallOutcome.FromResult(response);
            }
        }

        return CallEnd.Of(CheckContentAsync(call, response));
    }

    /// <summary>Checks one item that a tool streams.</summary>
    public static MeshError? CheckChunk(CallState call, ContentPart item) =>
        CheckItem(call, call.Instance!.Contract.Chunk, item, includeValues: false) is { } violation
            ? new(MeshErrorCode.InvalidOutput, $"{call.Request.Target.Label}: an item of its stream {Describe("result", violation)}.")
            {
                Details = ViolationDetails.Of([violation]),
            }
            : null;

    /// <summary>Checks one item that a caller streams in.</summary>
    public static MeshError? CheckInputItem(CallState call, ContentPart item) =>
        CheckItem(call, call.Instance!.Contract.InputChunk, item, includeValues: true) is { } violation
            ? new(MeshErrorCode.InvalidArguments, $"{call.Request.Target.Label}: an item of the input stream {Describe("item", violation)}.")
            {
                Remedy = "See the tool's schema for streamed input.",
                Details = ViolationDetails.Of([violation]),
            }
            : null;

    private static async ValueTask<CallOutcome> CheckContentAsync(CallState call, ToolResponse response)
    {
        try
        {
            // The token is asked for only where something may take time.
            var token = response.HasStreams ? call.CancellationToken : default;
            response = await ContentReader.ReadAsync(call.Host, call.Request, response, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.Imposed is { } imposed)
        {
            return imposed;
        }
        catch (MeshException exception)
        {
            return CallOutcome.FromError(exception.Error);
        }

        bool isStreamed = call.Sink is not null && response is EmptyResponse;
        var error = isStreamed ? null : response switch
        {
            JsonResponse json => CheckJson(call, json.Value),
            TextResponse text => CheckText(call, text.Text),
            PassedCall => null,
            _ => call.Instance!.Contract.Output is null ? CheckParts(call, response) : Invalid(call, [new("", "", "type", "must be JSON as the tool's output schema says")]),
        };
        if (error is not null)
        {
            return CallOutcome.FromError(error, call.Sink?.Partial);
        }

        return CallOutcome.FromResult(call.Sink is { } sink ? sink.Complete(response) : response);
    }

    private static MeshError? CheckJson(CallState call, JsonPayload value)
    {
        var json = value.Open(out bool isElement);
        call.ResponseBytes = json.Length;
        if (json.IsEmpty)
        {
            return Invalid(call, [new("", "", "type", "must be a JSON value")]);
        }

        if (json.Length > call.Host.Options.MaxResponseBytes)
        {
            return CallErrors.ResponseTooLarge(call.Host, call.Request.Target);
        }

        var schema = call.Instance!.Contract.Output;
        if (schema is null)
        {
            return CheckEntrance(call, value) is { } fault ? Invalid(call, [fault]) : null;
        }

        return isElement
            ? schema.IsValidStrict(json) ? null : Invalid(call, schema.Validate(value.Element, strict: true, includeValues: false))
            : schema.IsValid(json) ? null : Invalid(call, schema.Validate(json, includeValues: false));
    }

    /// <summary>Content that no schema describes; the JSON in it keeps the rules that all JSON in a room keeps.</summary>
    private static MeshError? CheckParts(CallState call, ToolResponse response)
    {
        foreach (var part in response.Parts)
        {
            if (part is JsonPart json && CheckEntrance(call, json.Value) is { } fault)
            {
                return Invalid(call, [fault]);
            }
        }

        return null;
    }

    private static SchemaViolation? CheckEntrance(CallState call, JsonPayload value)
    {
        int most = call.Host.Options.MaxResponseBytes;
        return (value.IsElement ? JsonEntrance.Check(value.Element, maxBytes: most) : JsonEntrance.Check(value.Utf8Span, maxBytes: most)) is null
            ? null
            : new("", "", "json", "is no JSON that may enter a room: well formed, no property twice, finite numbers, whole characters");
    }

    private static MeshError? CheckText(CallState call, string text) =>
        call.Instance!.Contract.Output is null ? null : CheckJson(call, JsonPayload.FromText(text));

    private static SchemaViolation? CheckItem(CallState call, CompiledSchema? schema, ContentPart item, bool includeValues)
    {
        if (schema is null)
        {
            return item is JsonPart free ? CheckEntrance(call, free.Value) : null;
        }

        var json = item switch
        {
            JsonPart part => part.Value,
            TextPart text => JsonPayload.FromText(text.Text),
            _ => default,
        };
        if (json.IsEmpty)
        {
            return new("", "", "type", "must be JSON");
        }

        return schema.IsValid(json.Utf8Span) ? null : schema.Validate(json.Utf8Span, includeValues)[0];
    }

    private static MeshError Refuse(CallState call, IReadOnlyList<SchemaViolation> violations)
    {
        var first = violations[0];
        var code = first.Keyword == "maxSize" ? MeshErrorCode.TooLarge : MeshErrorCode.InvalidArguments;
        return new(code, $"{call.Request.Target.Label}: {Describe("argument", first)}{More(violations)}")
        {
            Remedy = "See the tool's input schema.",
            Details = ViolationDetails.Of(violations),
        };
    }

    private static MeshError Invalid(CallState call, IReadOnlyList<SchemaViolation> violations) =>
        new(MeshErrorCode.InvalidOutput, $"{call.Request.Target.Label}: {Describe("result", violations[0])}{More(violations)}")
        {
            Remedy = "The tool does not keep its own output schema: tell its provider.",
            Details = ViolationDetails.Of(violations),
        };

    private static string Describe(string what, SchemaViolation violation) => violation.InstancePath.Length == 0
        ? $"the {what}{(what == "argument" ? "s" : "")} {violation.Message}"
        : $"{what} {violation.InstancePath} {violation.Message}";

    private static string More(IReadOnlyList<SchemaViolation> violations) => violations.Count == 1
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" (and {violations.Count - 1} more)");
}
