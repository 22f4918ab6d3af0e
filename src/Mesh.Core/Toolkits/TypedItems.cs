using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The items of a stream for the prepared handle that called for it. Those that come by reference take a short way: an
/// iterator around the frames would cost an item as much as its guard. A tool that does not stream gives its one result.
/// </summary>
internal sealed class TypedItems<T>(IAsyncEnumerable<CallFrame> frames, JsonTypeInfo<T> type, ToolAddress tool) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Reader(frames.GetAsyncEnumerator(cancellationToken), type, tool);

    private sealed class Reader(IAsyncEnumerator<CallFrame> frames, JsonTypeInfo<T> type, ToolAddress tool) : IAsyncEnumerator<T>
    {
        private bool _hasItems;

        public T Current { get; private set; } = default!;

        public ValueTask<bool> MoveNextAsync()
        {
            var moving = frames.MoveNextAsync();
            if (!moving.IsCompletedSuccessfully)
            {
                return ReadAsync(moving);
            }

            bool moved = moving.Result;
            if (moved && frames.Current is TypedChunk<T> typed)
            {
                _hasItems = true;
                Current = typed.Value;
                return new(true);
            }

            return ReadAsync(new(moved));
        }

        public ValueTask DisposeAsync() => frames.DisposeAsync();

        private async ValueTask<bool> ReadAsync(ValueTask<bool> moving)
        {
            while (await moving.ConfigureAwait(false))
            {
                switch (frames.Current)
                {
                    case TypedChunk<T> typed:
                        _hasItems = true;
                        Current = typed.Value;
                        return true;
                    case ChunkFrame chunk:
                        _hasItems = true;
                        Current = ResponseReader.Read(chunk.Item, type, tool);
                        return true;
                    case ResultFrame { Response: not EmptyResponse } result when !_hasItems:
                        Current = ResponseReader.Read(result.Response is PassedCall passed ? passed.ToJson() : result.Response, type, tool);
                        return true;
                    case ErrorFrame error:
                        throw new MeshException(error.Error);
                    default:
                        moving = frames.MoveNextAsync();
                        break;
                }
            }

            return false;
        }
    }
}
