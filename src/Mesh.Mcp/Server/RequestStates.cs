using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.Mcp;

/// <summary>
/// What a client carries from one round of a call to the next: a ticket and its expiry, with a seal over them, the
/// participant, the tool and the arguments. Made under a key of this server's own, so it counts here alone.
/// </summary>
internal sealed class RequestStates
{
    private const int TicketLength = 16;
    private const int HeadLength = TicketLength + sizeof(long);
    private const int Length = HeadLength + HMACSHA256.HashSizeInBytes;

    private readonly IMeshIdSource? _ids;
    private readonly TimeProvider _clock;
    private readonly byte[] _key = new byte[2 * TicketLength];

    public RequestStates(IMeshIdSource? ids, TimeProvider clock)
    {
        _ids = ids;
        _clock = clock;
        Write(NewId(), _key);
        Write(NewId(), _key.AsSpan(TicketLength));
    }

    /// <summary>An id that cannot be guessed, from the host's source if it gave one.</summary>
    public MeshId NewId()
    {
        if (_ids is not null)
        {
            return _ids.NewId();
        }

        Span<byte> bytes = stackalloc byte[TicketLength];
        RandomNumberGenerator.Fill(bytes);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>A state for one ticket.</summary>
    /// <param name="ticket">What it stands for.</param>
    /// <param name="lifetime">How long it counts.</param>
    /// <param name="bound">What has to be the same when it comes back.</param>
    public string Seal(MeshId ticket, TimeSpan lifetime, string bound)
    {
        Span<byte> state = stackalloc byte[Length];
        Write(ticket, state);
        BinaryPrimitives.WriteInt64BigEndian(state[TicketLength..], (_clock.GetUtcNow() + lifetime).ToUnixTimeMilliseconds());
        Sign(state[..HeadLength], bound, state[HeadLength..]);
        return Base64Url.EncodeToString(state);
    }

    /// <summary>The ticket of a state; null where it was not made here for this, was changed, or has expired.</summary>
    public MeshId? Open(string state, string bound)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (state.Length > 2 * Length || !Base64Url.TryDecodeFromChars(state, bytes, out int length) || length != Length)
        {
            return null;
        }

        Span<byte> seal = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(bytes[..HeadLength], bound, seal);
        return CryptographicOperations.FixedTimeEquals(seal, bytes[HeadLength..])
            && BinaryPrimitives.ReadInt64BigEndian(bytes[TicketLength..]) > _clock.GetUtcNow().ToUnixTimeMilliseconds()
            ? new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
            : null;
    }

    private void Sign(ReadOnlySpan<byte> head, string bound, Span<byte> seal)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(head);
        hash.AppendData(Encoding.UTF8.GetBytes(bound));
        hash.GetHashAndReset(seal);
    }

    private static void Write(MeshId id, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, id.High);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], id.Low);
    }
}
