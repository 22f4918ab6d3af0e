using System.Diagnostics;
using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Mesh.Contracts;

/// <summary>Collects spans through the OpenTelemetry SDK, and writes the tree below one of them as text.</summary>
public sealed class SpanCollector : IDisposable
{
    /// <summary>Where tests begin spans of their own.</summary>
    public static readonly ActivitySource Source = new("Mesh.Contracts");

    private readonly List<Activity> _started = [];
    private readonly HashSet<Activity> _ended = [];
    private readonly List<(string Name, TaskCompletionSource End)> _waiting = [];
    private readonly TracerProvider _provider;

    public SpanCollector(params string[] sources)
    {
        var builder = Sdk.CreateTracerProviderBuilder().SetSampler(new AlwaysOnSampler()).AddSource(Source.Name);
        _provider = builder.AddSource(sources is [] ? [MeshDiagnostics.ActivitySourceName] : sources).AddProcessor(new Processor(this)).Build();
    }

    public IReadOnlyList<Activity> Ended
    {
        get
        {
            lock (_started)
            {
                return [.. _started.Where(_ended.Contains)];
            }
        }
    }

    /// <summary>Completes when a span of that name has ended, before or later.</summary>
    public Task EndOf(string name)
    {
        lock (_started)
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((name, end));
            if (_ended.Any(span => span.DisplayName == name))
            {
                end.SetResult();
            }

            return end.Task;
        }
    }

    public Activity Find(string name) => Assert.Single(Ended, span => span.DisplayName == name);

    /// <summary>
    /// The spans below one of the test's own, in the order of their beginning: name, kind where it is not internal, the
    /// attributes that are asked for, links, and whether it failed. Hops over connections are left out, and what is below
    /// them moves up.
    /// </summary>
    public string Tree(Activity root, params string[] attributes)
    {
        // A hop ends when its handler does, which may be after the call that it belongs to.
        Activity[] ended;
        lock (_started)
        {
            ended = [.. _started.Where(each => _ended.Contains(each) || each.Kind == ActivityKind.Server)];
        }

        var text = new StringBuilder();
        Write(root, 0);
        return text.ToString();

        void Write(Activity span, int depth)
        {
            bool isHop = span.Kind == ActivityKind.Server;
            if (!isHop)
            {
                text.Append(' ', depth * 2).Append(span.DisplayName).Append(span.Kind == ActivityKind.Internal ? "" : $" ({span.Kind})");
                foreach (string name in attributes.Append("error.type"))
                {
                    if (span.GetTagItem(name) is { } value)
                    {
                        text.Append(CultureInfo.InvariantCulture, $" {name.Replace("gen_ai.", "", StringComparison.Ordinal).Replace("mesh.", "", StringComparison.Ordinal)}={value}");
                    }
                }

                foreach (var link in span.Links)
                {
                    text.Append(CultureInfo.InvariantCulture, $" -> {ended.FirstOrDefault(each => each.SpanId == link.Context.SpanId && each.TraceId == link.Context.TraceId)?.DisplayName ?? "?"}");
                }

                text.Append(span.Status == ActivityStatusCode.Error ? " !" : "").AppendLine();
            }

            foreach (var child in ended.Where(each => each.ParentSpanId == span.SpanId && each.TraceId == span.TraceId))
            {
                Write(child, isHop ? depth : depth + 1);
            }
        }
    }

    /// <summary>Ends a span of the test's own, and compares what is below it.</summary>
    public void AssertTree(Activity root, string expected, params string[] attributes)
    {
        root.Stop();
        Assert.Equal(expected.ReplaceLineEndings(), Tree(root, attributes).ReplaceLineEndings());
    }

    public void Dispose() => _provider.Dispose();

    private void OnStart(Activity data)
    {
        lock (_started)
        {
            _started.Add(data);
        }
    }

    private void OnEnd(Activity data)
    {
        lock (_started)
        {
            _ended.Add(data);
            foreach (var (_, end) in _waiting.Where(each => each.Name == data.DisplayName))
            {
                end.TrySetResult();
            }
        }
    }

    private sealed class Processor(SpanCollector collector) : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data) => collector.OnStart(data);

        public override void OnEnd(Activity data) => collector.OnEnd(data);
    }
}
