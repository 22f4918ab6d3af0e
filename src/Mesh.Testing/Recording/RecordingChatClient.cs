using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>
/// A model that is asked once: its answers, streamed pieces, calls of tools, usage and failures are recorded to a cassette file, and
/// replayed from it ever after, without a network or a key. A request that was not recorded is refused with a <see cref="CassetteDriftException"/> that
/// shows the difference; since an agent may make something else of that failure, end a test with <see cref="AssertFinished"/>.
/// Thread-safe; requests that run side by side may come in another order than when they were recorded.
/// </summary>
/// <remarks>
/// <para>The file is JSON, for people to read and for version control to compare: of each exchange the lines that were asked (model and sampling
/// options, instructions, tools with their schemas, messages), without those at the beginning that it shares with the exchange before, and
/// the answer, one update a line.</para>
/// <para>It holds everything that the model was told and has said, so keep secrets out of messages and results of tools, or replace
/// them with <see cref="Scrub"/>. It holds no key, no header, no address of a provider, no additional properties, none of a provider's raw
/// objects, and of failures the type and the HTTP status, not the text.</para>
/// <para>It is written after each exchange, by way of a second file beside it, so that a test that breaks off leaves a whole one. An answer that
/// its reader left in the middle is recorded as far as it was read. One client at a time records a file, until it is disposed; any number may replay it.</para>
/// </remarks>
/// <example><code>
/// using var model = new RecordingChatClient("cassettes/umbrella.json", () => new VendorClient(key));
/// … // The first time the vendor's model is asked; commit the file, and it never is again.
/// model.AssertFinished();
/// </code></example>
public sealed class RecordingChatClient : IChatClient
{
    private static readonly ConcurrentDictionary<string, RecordingChatClient> Recorders = new(StringComparer.Ordinal);

    private readonly Cassette _cassette;
    private readonly IChatClient? _model;
    private readonly SemaphoreSlim _file = new(1, 1);
    private readonly Lock _gate = new();
    private CassetteDriftException? _drift;

    /// <summary>A model that is recorded to a file, or replayed from it.</summary>
    /// <param name="path">The file. Its folder is made when it is first written.</param>
    /// <param name="model">Makes the model to record; called only where one is asked, and what it gives is disposed with this client. Null where none is to be asked.</param>
    /// <param name="mode">Which of both is asked; <see cref="RecordingMode.Auto"/> by default.</param>
    /// <exception cref="FileNotFoundException">There is no such file, and none is to be recorded.</exception>
    /// <exception cref="InvalidDataException">The file is no cassette; the message says why.</exception>
    /// <exception cref="InvalidOperationException">Another client of this process records the file.</exception>
    public RecordingChatClient(string path, Func<IChatClient>? model = null, RecordingMode mode = RecordingMode.Auto)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such mode.");
        }

        IsRecording = mode == RecordingMode.Record || (mode == RecordingMode.Auto && !File.Exists(path));
        if (IsRecording)
        {
            _model = model is null
                ? throw new FileNotFoundException($"There is no model to record cassette '{path}' from. Give one, or replay a file that exists.", path)
                : model() ?? throw new ArgumentException("The function that makes the model gave null.", nameof(model));
            var metadata = (ChatClientMetadata?)_model.GetService(typeof(ChatClientMetadata));
            _cassette = new(path) { Provider = metadata?.ProviderName, Model = metadata?.DefaultModelId };
            if (!Recorders.TryAdd(_cassette.FullPath, this))
            {
                _model.Dispose();
                throw new InvalidOperationException(
                    $"Cassette '{path}' is being recorded by another client, and the later of the two would overwrite what the other has recorded. Give each a file of its own, or dispose the other first.");
            }
        }
        else
        {
            _cassette = File.Exists(path)
                ? Cassette.Read(path)
                : throw new FileNotFoundException($"There is no cassette '{path}' to replay. Record it once, with {nameof(RecordingMode)}.{nameof(RecordingMode.Record)} and a model.", path);
        }
    }

    /// <summary>Whether the model is asked, and not the cassette.</summary>
    public bool IsRecording { get; }

    /// <summary>
    /// Replaces what is not to be in the file, or differs from run to run, such as a key or a date: every line that was asked, and every text of an answer, is written
    /// and compared as it gives it. Null, the default, for leaving them as they are. May be called from several threads at once; what it has replaced it must leave alone.
    /// </summary>
    public Func<string, string>? Scrub { get; init; }

    /// <summary>Reads the exceptions of the model's client as <see cref="ToolLoopOptions.FailureOf"/> does, so that their HTTP status is recorded; null, the default, for those of the BCL alone.</summary>
    public Func<Exception, ModelFailure?>? FailureOf { get; init; }

    /// <summary>How many recorded exchanges have not been asked for; 0 while recording.</summary>
    public int Remaining
    {
        get
        {
            lock (_gate)
            {
                return IsRecording ? 0 : _cassette.Exchanges.Count(exchange => !exchange.IsUsed);
            }
        }
    }

    /// <summary>Checks that every recorded exchange was asked for, and nothing else. Always true while recording.</summary>
    /// <exception cref="CassetteDriftException">It is not so.</exception>
    public void AssertFinished()
    {
        lock (_gate)
        {
            if (_drift is not null)
            {
                throw new CassetteDriftException(_drift.Message, _drift);
            }

            if (!IsRecording && _cassette.Exchanges.Find(exchange => !exchange.IsUsed) is { } left)
            {
                throw new CassetteDriftException(
                    $"Of cassette '{_cassette.Path}', {_cassette.Exchanges.Count(exchange => !exchange.IsUsed)} of {_cassette.Exchanges.Count} recorded requests have not come. The next one:\n{string.Join('\n', left.Asked.Select(line => $"- {line}"))}");
            }
        }
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return IsRecording ? RecordAsync(messages, options, cancellationToken) : ReplayAsync(messages, options, cancellationToken);
    }

    /// <summary>Itself, or what the model says of itself: while it is replayed, as it was recorded.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">A key; nothing is found under one but by the model.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : _model is not null ? _model.GetService(serviceType, serviceKey)
            : serviceKey is null && serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(_cassette.Provider, null, _cassette.Model)
            : null;
    }

    /// <summary>Disposes the model that was recorded; another client may record the file from then on.</summary>
    public void Dispose()
    {
        Recorders.TryRemove(KeyValuePair.Create(_cassette.FullPath, this));
        _model?.Dispose();
        _file.Dispose();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> RecordAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<ChatMessage> asked = [.. messages];
        var exchange = new CassetteExchange(RequestLines.Of(asked, options, Scrub));
        lock (_gate)
        {
            _cassette.Exchanges.Add(exchange);
        }

        IAsyncEnumerator<ChatResponseUpdate>? stream = null;
        try
        {
            stream = Open(asked, options, exchange, cancellationToken);
            while (await MoveNextAsync(stream, exchange, cancellationToken).ConfigureAwait(false))
            {
                // Written down before it is handed out: its reader may change it.
                exchange.Add(stream.Current, Scrub);
                yield return stream.Current;
            }
        }
        finally
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            await SaveAsync().ConfigureAwait(false);
        }
    }

    private IAsyncEnumerator<ChatResponseUpdate> Open(List<ChatMessage> asked, ChatOptions? options, CassetteExchange exchange, CancellationToken cancellationToken)
    {
        try
        {
            return _model!.GetStreamingResponseAsync(asked, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        }
        catch (Exception exception)
        {
            exchange.Fail(exception, FailureOf);
            throw;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChatResponseUpdate> stream, CassetteExchange exchange, CancellationToken cancellationToken)
    {
        try
        {
            if (await stream.MoveNextAsync().ConfigureAwait(false))
            {
                return true;
            }

            exchange.End = CassetteEnd.Whole;
            return false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            exchange.Fail(exception, FailureOf);
            throw;
        }
    }

    private async Task SaveAsync()
    {
        // What was asked of the model is written down whoever has cancelled its reading.
        await _file.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            byte[] file;
            lock (_gate)
            {
                file = _cassette.ToUtf8();
            }

            await _cassette.SaveAsync(file).ConfigureAwait(false);
        }
        finally
        {
            _file.Release();
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> ReplayAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var exchange = Take(RequestLines.Of([.. messages], options, Scrub));
        foreach (string update in exchange.Answer)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return CassetteExchange.ReadUpdate(update);
        }

        await Task.CompletedTask.ConfigureAwait(false);
        if (exchange.Failure is { } failure)
        {
            throw failure.ToException();
        }

        if (exchange.End == CassetteEnd.Left)
        {
            throw Drift($"Cassette '{_cassette.Path}' has no more of this answer: its reader left it there when it was recorded. Record it anew.");
        }
    }

    /// <summary>The first recorded exchange that was asked the same, each once.</summary>
    private CassetteExchange Take(IReadOnlyList<string> asked)
    {
        CassetteExchange? nearest;
        lock (_gate)
        {
            if (_cassette.Exchanges.Find(exchange => !exchange.IsUsed && exchange.Asked.SequenceEqual(asked)) is { } found)
            {
                found.IsUsed = true;
                return found;
            }

            nearest = _cassette.Exchanges.Find(exchange => !exchange.IsUsed);
        }

        const string Remedy = "If that is meant, record it anew: delete the file, or set RecordingMode.Record.";
        throw Drift(nearest is null
            ? $"All {_cassette.Exchanges.Count} recorded requests of cassette '{_cassette.Path}' have come, and now another:\n{string.Join('\n', asked.Select(line => $"+ {line}"))}\n{Remedy}"
            : $"The request is none of those of cassette '{_cassette.Path}'. The next recorded one (-) and this one (+):\n{LineDiff.Of(nearest.Asked, asked)}\n{Remedy}");
    }

    private CassetteDriftException Drift(string message)
    {
        var drift = new CassetteDriftException(message);
        lock (_gate)
        {
            _drift ??= drift;
        }

        return drift;
    }
}
