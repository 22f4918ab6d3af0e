using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests.Services.Queues;

/// <summary>The law of built-in guards: what a guard accepts, the schema of the tool accepts as JSON.</summary>
public sealed class QueueGuardLawTests
{
    private const int Values = 5_000;
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly Gen<string> Names = Gen.Frequency(
        (6, Gen.Elements("q", "jobs.dead", "A-z_0.9", new string('n', 128))),
        (1, Gen.Elements("", "a b", "ä", "a/b", "a\n", new string('n', 129), "\uD800", null!)));

    private static readonly Gen<string> Texts = Gen.Frequency(
        (6, Gen.Elements("a", "\"", "\u0000", "ü€", "token-1", new string('t', 256))),
        (1, Gen.Elements("", "\uD83D\uDE00", "\uD800", new string('t', 257), new string('t', 501), null!)));

    private static readonly Gen<double> Seconds = Gen.Frequency(
        (6, Gen.Elements(0, 0.001, 1, 30, 86_400, 604_800)),
        (2, Gen.Elements(-0.0, -1, 0.0009, 86_400.1, 604_801, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon)));

    private static readonly Gen<int> Counts = Gen.Elements(1, 2, 1_000, 0, -1, 1_001, int.MaxValue, int.MinValue);

    private static readonly Gen<JsonPayload> Bodies = Gen.Elements(
        "1", "null", "\"text\"", " [1, 2] ", "{\"a\":{\"b\":[true]}}", "1e308", "\"\\u00e4\"",
        "", "1e999", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\"\\ud800\"", "[1", "1 2", "//1", "NaN", Deep(60), Deep(62), Deep(63), Deep(64), Deep(200))
        .Select(text => JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(text)));

    private static readonly Gen<IReadOnlyDictionary<string, string>?> Headers = Gen.Frequency(
        (3, Gen.Constant<IReadOnlyDictionary<string, string>?>(null)),
        (4, Gen.ArrayOf(Gen.Zip(Texts.Where(text => text is not null), Texts)).Select(pairs =>
            (IReadOnlyDictionary<string, string>?)pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2))));

    [Fact]
    public void Sending() => Try(
        "send",
        from queue in Names
        from body in Bodies
        from headers in Headers
        from delay in Seconds
        from key in Texts
        select new QueueSendArguments(queue, body, headers, delay, key),
        MeshJsonContext.Default.QueueSendArguments,
        QueueGuards.Accepts);

    [Fact]
    public void Receiving() => Try(
        "receive",
        from queue in Names
        from most in Counts
        from wait in Seconds
        from visibility in Seconds
        select new QueueReceiveArguments(queue, most, wait, visibility),
        MeshJsonContext.Default.QueueReceiveArguments,
        QueueGuards.Accepts);

    [Fact]
    public void Acknowledging() => Try(
        "acknowledge",
        from queue in Names from token in Texts select new QueueAcknowledgeArguments(queue, token),
        MeshJsonContext.Default.QueueAcknowledgeArguments,
        QueueGuards.Accepts);

    [Fact]
    public void Rejecting() => Try(
        "reject",
        from queue in Names
        from token in Texts
        from reason in Texts
        from delay in Seconds
        select new QueueRejectArguments(queue, token, reason, delay),
        MeshJsonContext.Default.QueueRejectArguments,
        BuiltInGuards.Of(MeshJsonContext.Default.QueueRejectArguments));

    [Fact]
    public void Extending() => Try(
        "extend",
        from queue in Names from token in Texts from visibility in Seconds select new QueueExtendArguments(queue, token, visibility),
        MeshJsonContext.Default.QueueExtendArguments,
        BuiltInGuards.Of(MeshJsonContext.Default.QueueExtendArguments));

    [Fact]
    public void Arguments_that_may_be_too_large_are_not_accepted()
    {
        var arguments = new QueueSendArguments("q", JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 10_000)}\"")));
        Assert.True(QueueGuards.Accepts(arguments, 20_000));
        Assert.False(QueueGuards.Accepts(arguments, 10_000));
        var headers = arguments with { Headers = new Dictionary<string, string> { ["h"] = new('\u0000', 2_000) } };
        Assert.False(QueueGuards.Accepts(headers, 20_000));
        Assert.True(QueueGuards.Accepts(headers, 30_000));
    }

    private static void Try<T>(string tool, Gen<T> values, JsonTypeInfo<T> type, BuiltInGuard<T> guard)
        where T : class
    {
        var schema = QueuesToolkit.Instance.Find($"queues/{tool}")!.Contract.Input;
        int accepted = 0, refused = 0;
        foreach (var value in values.Sample(Values, new Rnd(7), 10))
        {
            if (!guard(value, MaxBytes))
            {
                refused++;
                continue;
            }

            accepted++;
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
            Assert.True(schema.IsValid(json), $"{System.Text.Encoding.UTF8.GetString(json)}: {string.Join("; ", schema.Validate(json, true))}");
        }

        Assert.True(accepted > Values / 50 && refused > Values / 50, $"{accepted} accepted, {refused} refused");
    }

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);
}
