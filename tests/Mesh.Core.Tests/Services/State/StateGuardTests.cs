using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests.Services.State;

/// <summary>The law: what a guard lets go by reference, the schema accepts as JSON, and it is not too large for a call.</summary>
public sealed class StateGuardTests
{
    private const int Tries = 5_000;
    private const int MaxBytes = 2_000;

    private static readonly Gen<string> Keys = Gen.Frequency(
        (4, Word("ab09_=/-.")), (2, Word("ab.*>")), (1, Word("a \n\u00e4\ud800\"\\")), (1, Gen.Choose(250, 260).Select(length => new string('k', length))));

    private static readonly Gen<string> Values = Gen.Frequency(
        (6, Gen.Elements("1", "-0.5e3", "null", "true", "\"\"", "\"\u00e4\\u00e4\"", "[]", "{}", """{"a":[1,{"a":2}],"b":1}""", " [ 1 ] ")),
        (3, Gen.Elements("""{"a":1,"a":2}""", """{"a":1,"\u0061":2}""", "1e400", "-1e999", "\"\\ud800\"", "\"\\udc00\\ud800\"", "NaN", " ", "[", "1 2", "[1,]", "01", "// x\n1", "\ufeff1", "\"\u0001\"")),
        (1, Gen.Choose(60, 66).Select(depth => new string('[', depth) + new string(']', depth))),
        (1, Gen.Choose(1_400, 2_200).Select(length => $"\"{new string('x', length)}\"")));

    private static readonly Gen<long> Versions = Gen.Elements(1L, 2, 0, -1, long.MaxValue, long.MinValue);

    private static readonly Gen<string?> Cursors = Gen.Frequency((1, Gen.Constant((string?)null)), (2, Keys.Select(key => (string?)key)));

    private static readonly MeshJsonContext Json = MeshJsonContext.Default;

    [Fact]
    public void What_goes_by_reference_satisfies_its_schema()
    {
        Try("get", Keys.Select(key => new GetStateArguments(key)), StateGuards.Accepts, Json.GetStateArguments);
        Try("put", Keys.Zip(Values).Select(pair => new PutStateArguments(pair.Item1, Payload(pair.Item2))), StateGuards.Accepts, Json.PutStateArguments);
        Try("create", Keys.Zip(Values).Select(pair => new PutStateArguments(pair.Item1, Payload(pair.Item2))), StateGuards.Accepts, Json.PutStateArguments);
        Try("update", Keys.Zip(Values).Zip(Versions).Select(all => new UpdateStateArguments(all.Item1.Item1, Payload(all.Item1.Item2), all.Item2)), StateGuards.Accepts, Json.UpdateStateArguments);
        Try("delete", Keys.Zip(Versions).Select(pair => new DeleteStateArguments(pair.Item1, pair.Item2 == 2 ? null : pair.Item2)), StateGuards.Accepts, Json.DeleteStateArguments);
        Try("list", Keys.Zip(Cursors).Zip(Gen.Choose(-2, 1_200)).Select(all => new ListStateArguments(all.Item1.Item1, all.Item1.Item2, all.Item2)), StateGuards.Accepts, Json.ListStateArguments);
    }

    private static void Try<T>(string tool, Gen<T> arguments, BuiltInGuard<T> guard, JsonTypeInfo<T> type)
    {
        var schema = StateToolkit.Instance.Find($"state/{tool}")!.Contract.Input;
        int accepted = 0, refused = 0;
        foreach (var each in arguments.Sample(Tries, new Rnd(42), 12))
        {
            bool mayPass = guard(each, MaxBytes);
            byte[]? json = Write(each, type);
            bool isValid = json is not null && schema.IsValid(json);
            Assert.True(!mayPass || (isValid && json!.Length <= MaxBytes), $"{tool} lets by: {(json is null ? each!.ToString() : Encoding.UTF8.GetString(json))}");

            // What it turns down without need is what is near the limit of size, and text whose JSON says something else.
            Assert.True(mayPass || !isValid || json!.Length > MaxBytes - 500 || Encoding.UTF8.GetString(json).Contains("\\uFFFD", StringComparison.OrdinalIgnoreCase), $"{tool} turns down: {Encoding.UTF8.GetString(json ?? [])}");
            _ = mayPass ? accepted++ : refused++;
        }

        Assert.True(accepted >= 100, $"{tool}: only {accepted} accepted.");
        Assert.True(refused >= 100, $"{tool}: only {refused} refused.");
    }

    [Fact]
    public void Nothing_goes_by_reference_that_a_small_limit_refuses()
    {
        Assert.False(StateGuards.Accepts(new GetStateArguments("a"), 10));
        Assert.False(StateGuards.Accepts(new ListStateArguments(), 10));
        Assert.False(StateGuards.Accepts(new PutStateArguments("a", Payload("1")), 10));
        Assert.True(StateGuards.Accepts(new PutStateArguments("a", Payload("1")), 1_000));
    }

    private static Gen<string> Word(string letters) => Gen.Elements(letters.ToCharArray()).ArrayOf().Select(word => new string(word));

    private static JsonPayload Payload(string json) => JsonPayload.FromUtf8(Encoding.UTF8.GetBytes(json));

    private static byte[]? Write<T>(T value, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, type);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
