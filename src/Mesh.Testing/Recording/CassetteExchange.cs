using System.Text.Json;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>How a recorded answer ended.</summary>
internal enum CassetteEnd
{
    /// <summary>Its reader left it in the middle; also what it is until something else is known.</summary>
    Left,

    /// <summary>It was read to its end.</summary>
    Whole,

    /// <summary>The model failed.</summary>
    Failed,
}

/// <summary>One request, and the answer to it.</summary>
internal sealed class CassetteExchange(IReadOnlyList<string> asked)
{
    private readonly Lock _gate = new();
    private readonly List<string> _answer = [];

    public IReadOnlyList<string> Asked => asked;

    /// <summary>The updates, each as JSON.</summary>
    public IReadOnlyList<string> Answer
    {
        get
        {
            lock (_gate)
            {
                return [.. _answer];
            }
        }
    }

    public CassetteEnd End { get; set; }

    public RecordedFailure? Failure { get; set; }

    /// <summary>Whether it was replayed.</summary>
    public bool IsUsed { get; set; }

    public void Add(ChatResponseUpdate update, Func<string, string>? scrub) => Add(CassetteJson.Write(update, scrub));

    public void Add(string update)
    {
        // Another exchange may be writing the file.
        lock (_gate)
        {
            _answer.Add(update);
        }
    }

    public void Fail(Exception exception, Func<Exception, ModelFailure?>? failureOf)
    {
        Failure = RecordedFailure.Of(exception, failureOf);
        End = CassetteEnd.Failed;
    }

    public static ChatResponseUpdate ReadUpdate(string update) =>
        (ChatResponseUpdate)JsonSerializer.Deserialize(update, CassetteJson.Options.GetTypeInfo(typeof(ChatResponseUpdate)))!;
}
