using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The parameter that the caller's input stream is read from.</summary>
internal abstract class InputStreamParameter : ToolParameter
{
    /// <summary>The schema of an item; null for bytes and for content parts.</summary>
    public JsonElement? ItemSchema { get; private init; }

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static new InputStreamParameter Of(ParameterInfo parameter, TypeShapeReader reader)
    {
        var item = parameter.ParameterType.GetGenericArguments()[0];
        if (item == typeof(ContentPart))
        {
            return new Parts();
        }

        if (item == typeof(ReadOnlyMemory<byte>) || item == typeof(byte[]))
        {
            return item == typeof(byte[]) ? new Arrays() : new Memories();
        }

        string path = $"/{parameter.Name}/*";
        var schema = TypeSchemaWriter.Write(reader.Read(item, new TypeUse(path)), forInput: true);
        return (InputStreamParameter)Activator.CreateInstance(typeof(Items<>).MakeGenericType(item), reader.Options.GetTypeInfo(item), schema)!;
    }

    private sealed class Parts : InputStreamParameter
    {
        public override object? Find(JsonElement arguments, CallContext context) => context.Input;
    }

    private sealed class Memories : InputStreamParameter
    {
        public override object? Find(JsonElement arguments, CallContext context) => ReadAsync(context.Input);

        private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
            IAsyncEnumerable<ContentPart> input, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var part in input.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return Bytes(part);
            }
        }
    }

    private sealed class Arrays : InputStreamParameter
    {
        public override object? Find(JsonElement arguments, CallContext context) => ReadAsync(context.Input);

        private static async IAsyncEnumerable<byte[]> ReadAsync(
            IAsyncEnumerable<ContentPart> input, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var part in input.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return Bytes(part).ToArray();
            }
        }
    }

    private sealed class Items<T> : InputStreamParameter
    {
        private readonly JsonTypeInfo<T> _type;

        public Items(JsonTypeInfo type, JsonElement schema)
        {
            _type = (JsonTypeInfo<T>)type;
            ItemSchema = schema;
        }

        public override object? Find(JsonElement arguments, CallContext context) => ReadAsync(context.Input);

        private async IAsyncEnumerable<T> ReadAsync(
            IAsyncEnumerable<ContentPart> input, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var part in input.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return part switch
                {
                    TextPart { Text: T same } => same,
                    TextPart text => JsonSerializer.Deserialize(JsonPayload.FromText(text.Text).Utf8Span, _type)!,
                    _ => JsonSerializer.Deserialize(((JsonPart)part).Value.Utf8Span, _type)!,
                };
            }
        }
    }

    private static ReadOnlyMemory<byte> Bytes(ContentPart part) => part is BytesPart bytes
        ? bytes.Data
        : throw new ToolException(new MeshError(MeshErrorCode.InvalidArguments, "The input stream of this tool takes bytes."));
}
