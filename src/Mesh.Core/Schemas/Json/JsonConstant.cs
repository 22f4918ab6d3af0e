using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>A value from a schema (<c>const</c>, one of <c>enum</c>), read once and kept.</summary>
internal sealed class JsonConstant
{
    private readonly byte[] _json;
    private readonly JsonToken[] _tokens;

    public JsonConstant(JsonElement element)
    {
        _json = JsonMarshal.GetRawUtf8Value(element).ToArray();
        JsonScratch scratch = JsonScratch.Current;
        JsonTokenizer tokenizer = new(_json, scratch, JsonRules.Lenient, int.MaxValue);
        tokenizer.Read();
        _tokens = scratch.Tokens.AsSpan(0, tokenizer.Count).ToArray();
    }

    public JsonKinds Kind => _tokens[0].Kind;

    /// <summary>The value as a message shows it.</summary>
    public ReadOnlySpan<byte> Text => _json;

    public bool Equals(in SchemaEvaluation evaluation, int token, ref long work)
    {
        ref readonly JsonToken mine = ref _tokens[0];
        ref readonly JsonToken other = ref evaluation.Tokens[token];
        work -= mine.Length >> 6;
        if (mine.Kind == JsonKinds.String && other.Kind == JsonKinds.String && ((mine.Flags | other.Flags) & JsonStringFlags.Escaped) == 0)
            return mine.Length == other.Length && _json.AsSpan(mine.Start, mine.Length).SequenceEqual(evaluation.Text(other));
        return JsonEquality.AreEqual(new JsonTape(_json, _tokens), 0, evaluation.Tape, token, ref work);
    }
}
