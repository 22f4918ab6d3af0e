using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// What goes through a call by reference: its arguments on the way in and, when its tool has answered, the result as
/// which it is the response. It is JSON for whoever looks at it as such, and is written only then; only values that nobody
/// can change may be in it, so that it does not matter when that is. One object both ways: a call allocates little else.
/// </summary>
internal abstract class PassedCall : ToolResponse
{
    private byte[]? _arguments;

    private protected PassedCall(PassageSource passages) => Passages = passages;

    /// <summary>The way on which the values go into the tool; null when they go as JSON. Decided by the validate stage.</summary>
    public ToolPassage? Passage { get; private set; }

    /// <summary>What the handle of the call remembers of its tool.</summary>
    public PassageSource Passages { get; }

    public sealed override IReadOnlyList<ContentPart> Parts => ToJson().Parts;

    internal sealed override long Size => 0;

    /// <summary>The arguments as they are.</summary>
    public abstract object Values { get; }

    /// <summary>What the result was taken for, where it goes back if the caller does not get it; else null.</summary>
    public abstract IHandedOut? HandedOut { get; }

    /// <summary>The arguments as JSON text, the same each time.</summary>
    public ReadOnlyMemory<byte> ToUtf8() => _arguments ??= WriteArguments();

    /// <summary>The result as the response that everybody sees but the handle that made the call.</summary>
    public JsonResponse ToJson() => new(JsonPayload.FromUtf8(WriteResult())) { OwnsMemory = true };

    /// <summary>Lets the arguments go by reference, if they satisfy the tool's schema and the tool takes them so.</summary>
    /// <param name="instance">What serves the call.</param>
    /// <param name="maxBytes">How large their JSON may be.</param>
    public bool TryPass(ToolInstance instance, int maxBytes)
    {
        // A handler may hand its arguments on to another tool: they belong to its own call, and are JSON for that one.
        if (Passage is not null)
        {
            return false;
        }

        Passage = Passages.Find(instance) is { } passage && passage.Accepts(this, maxBytes) ? passage : null;
        return Passage is not null;
    }

    protected abstract byte[] WriteArguments();

    protected abstract byte[] WriteResult();
}

/// <summary>One whose arguments have a type that is known where they are used.</summary>
internal abstract class PassedCall<TArguments> : PassedCall
{
    private protected PassedCall(TArguments arguments, PassageSource passages)
        : base(passages) => Arguments = arguments;

    public TArguments Arguments { get; }

    public sealed override object Values => Arguments!;

    /// <summary>
    /// The call by its types, for a passage, which is found by those types and given no others. No cast: in code that
    /// types share, three of them cost a call as much as its guard.
    /// </summary>
    public static PassedCall<TArguments> Of(PassedCall call)
    {
        Debug.Assert(call is PassedCall<TArguments>, "A passage takes the arguments that it was found for.");
        return Unsafe.As<PassedCall<TArguments>>(call);
    }
}

/// <summary>One whose result, too, has a type that is known where it is used.</summary>
internal sealed class PassedCall<TArguments, TResult>(TArguments arguments, PassageSource<TArguments, TResult> passages)
    : PassedCall<TArguments>(arguments, passages)
{
    /// <summary>What the tool answered, once it has, held against its output schema.</summary>
    public TResult? Result { get; set; }

    public override IHandedOut? HandedOut => Result as IHandedOut;

    /// <inheritdoc cref="PassedCall{TArguments}.Of(PassedCall)"/>
    public static new PassedCall<TArguments, TResult> Of(PassedCall call)
    {
        Debug.Assert(call is PassedCall<TArguments, TResult>, "A passage answers the calls that it was found for.");
        return Unsafe.As<PassedCall<TArguments, TResult>>(call);
    }

    protected override byte[] WriteArguments() => ((PassageSource<TArguments, TResult>)Passages).Write(Arguments);

    protected override byte[] WriteResult() => JsonSerializer.SerializeToUtf8Bytes(Result!, ((PassageSource<TArguments, TResult>)Passages).Result.Info);
}
