using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// One validation in progress: the document, what it may still cost, and where failures go. It lives on the stack of
/// the validating thread and borrows that thread's scratch memory.
/// </summary>
/// <remarks>
/// <para>What a schema says about an instance is one recursive walk. A rule returns whether the instance is valid; when
/// it is not, <see cref="Stop(KeywordSite, int)"/> says whether to return at once (fail-fast) or to note the failure and go on.</para>
/// <para>A <em>frame</em> is a set of bits in the scratch memory, one per child of an instance, that the
/// <c>unevaluated…</c> keywords ask for. Rules that apply to children mark them in the frame they are given; -1 means
/// that nobody asks, as in almost all schemas.</para>
/// </remarks>
internal ref struct SchemaEvaluation(ReadOnlySpan<byte> json, int count, JsonScratch scratch, SchemaOptions options, ViolationList? violations)
{
    public readonly ReadOnlySpan<byte> Json = json;
    public readonly ReadOnlySpan<JsonToken> Tokens = scratch.Tokens.AsSpan(0, count);
    public readonly JsonScratch Scratch = scratch;
    public readonly SchemaOptions Options = options;

    /// <summary>Steps left. Below zero the validation is given up, and every answer is "not valid" and means nothing.</summary>
    public long Work = options.MaxSteps;

    /// <summary>Whether the stack is nearly used up. Ends the validation like used-up work.</summary>
    public bool TooDeep;

    /// <summary>The innermost of the schema resources entered that have dynamic anchors.</summary>
    public DynamicScope? Scope;

    private ViolationList? _violations = violations;
    private int _bits;

    public readonly JsonTape Tape => new(Json, Tokens);

    /// <summary>Whether the first failure decides and nothing is collected.</summary>
    public readonly bool FailFast => _violations is null;

    public readonly bool Aborted => Work < 0;

    public readonly ReadOnlySpan<byte> Text(scoped in JsonToken token) => Json[token.Start..token.End];

    /// <summary>Gives the validation up because the stack is nearly used up.</summary>
    public bool GiveUp()
    {
        TooDeep = true;
        Work = -1;
        return false;
    }

    /// <summary>Takes note of a failure.</summary>
    /// <returns>Whether the caller returns at once.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Stop(KeywordSite site, int token) => _violations is null || _violations.Add(this, site, token, null);

    /// <summary>Takes note of a failure about a property that is not there.</summary>
    public readonly bool StopMissing(KeywordSite site, int token, string property) =>
        _violations is null || _violations.Add(this, site, token, property);

    /// <summary>Stops collecting while alternatives are tried whose failure is no failure of the instance.</summary>
    public ViolationList? Mute()
    {
        ViolationList? muted = _violations;
        _violations = null;
        return muted;
    }

    public void Unmute(ViolationList? muted) => _violations = muted;

    /// <summary>A new, empty frame for the children of a container.</summary>
    public int PushFrame(int children)
    {
        int frame = _bits;
        int words = (children + 63) >> 6;
        _bits += words;
        Work -= words;
        if (_bits > Scratch.Bits.Length)
            Scratch.GrowBits(_bits);
        Scratch.Bits.AsSpan(frame, words).Clear();
        return frame;
    }

    /// <summary>Drops a frame, and hands what it marked to another one if the caller wants that.</summary>
    public void PopFrame(int frame, int receiver)
    {
        if (receiver >= 0)
        {
            for (int i = 0; frame + i < _bits; i++)
                Scratch.Bits[receiver + i] |= Scratch.Bits[frame + i];
        }

        _bits = frame;
    }

    public readonly void Mark(int frame, int ordinal) => Scratch.Bits[frame + (ordinal >> 6)] |= 1UL << ordinal;

    public readonly bool IsMarked(int frame, int ordinal) => (Scratch.Bits[frame + (ordinal >> 6)] & (1UL << ordinal)) != 0;
}
