using System.Text;

namespace Mesh;

/// <summary>JSON pointers (RFC 6901) of the places in a tape.</summary>
internal static class JsonPointers
{
    /// <summary>A property name as a pointer writes it.</summary>
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0 ? name : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>What a string token says.</summary>
    public static string Name(ReadOnlySpan<byte> json, in JsonToken token)
    {
        ReadOnlySpan<byte> text = json[token.Start..token.End];
        if ((token.Flags & JsonStringFlags.Escaped) == 0)
            return Encoding.UTF8.GetString(text);
        byte[] plain = new byte[text.Length];
        return Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(text, plain));
    }

    /// <summary>
    /// Appends the pointer of a value, found by walking down from the root: paths are wanted for failures alone, so the
    /// tape keeps nothing for them.
    /// </summary>
    /// <param name="path">Where the pointer goes.</param>
    /// <param name="tape">The document.</param>
    /// <param name="target">The value's token, or a name's token for the value of that name.</param>
    public static void AppendTo(ref TextBuffer path, in JsonTape tape, int target)
    {
        for (int current = 0; current != target;)
        {
            ref readonly JsonToken container = ref tape.Tokens[current];
            bool inObject = container.Kind == JsonKinds.Object;
            int child = current + 1;
            for (int ordinal = 0; child < container.Next; ordinal++)
            {
                int value = inObject ? child + 1 : child;
                int next = tape.Tokens[value].Next;
                if (target < next)
                {
                    path.Append('/');
                    if (inObject)
                        AppendName(ref path, tape.Json, tape.Tokens[child]);
                    else
                        path.Append(ordinal);
                    current = target == child ? target : value;
                    break;
                }

                child = next;
            }
        }
    }

    private static void AppendName(ref TextBuffer path, ReadOnlySpan<byte> json, in JsonToken name)
    {
        ReadOnlySpan<byte> text = json[name.Start..name.End];
        if ((name.Flags & JsonStringFlags.Escaped) == 0 && text.IndexOfAny((byte)'~', (byte)'/') < 0)
            path.AppendText(text, name.Flags);
        else
            path.Append(Escape(Name(json, name)));
    }
}
