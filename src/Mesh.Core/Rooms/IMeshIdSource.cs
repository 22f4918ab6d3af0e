using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Mesh;

/// <summary>
/// Where a host takes its ids from. Replace it in tests to make them predictable. Implementations are called from many
/// threads at once and must never return the empty id or the same id twice.
/// </summary>
public interface IMeshIdSource
{
    /// <summary>The next id.</summary>
    MeshId NewId();
}

/// <summary>
/// Random ids from the operating system's generator. A remote peer names the call that it acts within by its id, so
/// ids must not be guessable; drawing the bytes in blocks makes that cost a few nanoseconds.
/// </summary>
internal sealed class RandomMeshIdSource : IMeshIdSource
{
    private const int BlockSize = 512;

    [ThreadStatic]
    private static Block? _block;

    public static RandomMeshIdSource Instance { get; } = new();

    public MeshId NewId()
    {
        var block = _block ??= new Block();
        if (block.Next == BlockSize)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(block.Ids.AsSpan()));
            block.Next = 0;
        }

        var id = block.Ids[block.Next];
        block.Ids[block.Next++] = default;
        return id.IsEmpty ? NewId() : id;
    }

    private sealed class Block
    {
        public readonly MeshId[] Ids = new MeshId[BlockSize];
        public int Next = BlockSize;
    }
}
