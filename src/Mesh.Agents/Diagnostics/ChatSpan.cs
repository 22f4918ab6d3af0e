using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Agents;

/// <summary>
/// One request to a model as the conventions for generative AI want it told: the span <c>chat MODEL</c>, and the metrics
/// <c>gen_ai.client.token.usage</c> and <c>gen_ai.client.operation.duration</c> (semantic conventions 1.41.1,
/// <c>docs/gen-ai</c>). There is none while nobody listens.
/// </summary>
internal sealed class ChatSpan : IDisposable
{
    private static readonly string? Version = typeof(ChatSpan).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource Source = new(MeshDiagnostics.ActivitySourceName, Version);
    private static readonly Meter Meter = new(MeshDiagnostics.MeterName, Version);

    private static readonly Histogram<long> Tokens = Meter.CreateHistogram(
        "gen_ai.client.token.usage",
        "{token}",
        "Number of input and output tokens used.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] });

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "gen_ai.client.operation.duration",
        "s",
        "GenAI operation duration.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });

    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly Activity? _activity;
    private readonly string _provider;
    private readonly string? _model;

    private ChatSpan(TimeProvider clock, Activity? activity, string provider, string? model)
    {
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        _activity = activity;
        _provider = provider;
        _model = model;
    }

    /// <summary>Begins; null while nobody listens.</summary>
    public static ChatSpan? Start(string provider, string? model, TimeProvider clock)
    {
        if (!(Source.HasListeners() || Tokens.Enabled || Duration.Enabled))
        {
            return null;
        }

        var activity = Source.StartActivity(
            model is null ? "chat" : $"chat {model}",
            ActivityKind.Client,
            default(ActivityContext),
            [new("gen_ai.operation.name", "chat"), new("gen_ai.provider.name", provider), new("gen_ai.request.model", model)]);
        return new(clock, activity, provider, model);
    }

    /// <summary>Makes it the parent of what the client does now: between two steps of a stream its reader has another.</summary>
    public void Enter()
    {
        if (_activity is not null)
        {
            Activity.Current = _activity;
        }
    }

    /// <summary>Tells how it ended, once.</summary>
    /// <param name="used">What it used; null where it was not answered.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="failure">What it failed with; null for success.</param>
    public void End(CallUsage? used, string? model, Exception? failure)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", "chat" },
            { "gen_ai.provider.name", _provider },
            { "gen_ai.request.model", _model },
            { "gen_ai.response.model", model ?? _model },
        };
        if (used is not null && Tokens.Enabled)
        {
            Record(used.InputTokens, "input", tags);
            Record(used.OutputTokens, "output", tags);
        }

        if (failure is not null)
        {
            tags.Add("error.type", failure is MeshException known ? known.Code.Value : failure.GetType().FullName);
        }

        if (Duration.Enabled)
        {
            Duration.Record(_clock.GetElapsedTime(_startedAt).TotalSeconds, tags);
        }

        if (_activity is not null)
        {
            _activity.SetTag("gen_ai.response.model", model ?? _model);
            if (used is not null)
            {
                _activity.SetTag("gen_ai.usage.input_tokens", used.InputTokens).SetTag("gen_ai.usage.output_tokens", used.OutputTokens);
            }

            if (failure is not null)
            {
                _activity.SetTag("error.type", failure is MeshException known ? known.Code.Value : failure.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    public void Dispose() => _activity?.Dispose();

    private static void Record(long tokens, string type, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        Tokens.Record(tokens, tags);
    }
}
