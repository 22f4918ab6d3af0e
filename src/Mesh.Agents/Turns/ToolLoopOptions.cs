using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>The limits of a <see cref="ToolLoop"/>, and what else it is told. Immutable; checked when they are set.</summary>
public sealed record ToolLoopOptions
{
    /// <summary>How often the model may be asked in one turn: 1 to 10,000, 40 by default. One more ends the turn with <see cref="MeshErrorCode.BudgetExceeded"/>.</summary>
    public int MaxIterations { get; init => field = Within(value, 1, 10_000, nameof(MaxIterations)); } = 40;

    /// <summary>
    /// How many calls one turn may make: 0 to 100,000, 200 by default. Of an answer with more calls than are left those that fit
    /// are made, the model's others are answered with the reason, and the turn ends with <see cref="MeshErrorCode.BudgetExceeded"/>.
    /// </summary>
    public int MaxCalls { get; init => field = Within(value, 0, 100_000, nameof(MaxCalls)); } = 200;

    /// <summary>How many calls of one answer run at once: 1 to 1,000, 8 by default. Their results go to the model in the order of the calls.</summary>
    public int MaxConcurrency { get; init => field = Within(value, 1, 1_000, nameof(MaxConcurrency)); } = 8;

    /// <summary>
    /// How many tokens the turn's own requests may use, read and written together; null, the default, for no limit but those of the
    /// budgets around the call. When they are used up, the model is not asked again: <see cref="MeshErrorCode.BudgetExceeded"/>.
    /// </summary>
    public long? MaxTokens { get; init => field = value is null or >= 0 ? value : throw Outside(nameof(MaxTokens), value, "at least 0"); }

    /// <summary>
    /// What the turn's own requests may cost; null, the default, for no limit but those of the budgets around the call. It takes
    /// <see cref="Prices"/>. A request that might go beyond it by its estimate is not made: <see cref="MeshErrorCode.BudgetExceeded"/>.
    /// </summary>
    public decimal? MaxCost { get; init => field = value is null or >= 0 ? value : throw Outside(nameof(MaxCost), value, "at least 0"); }

    /// <summary>How long the turn may take, by the host's clock, up to 20 days; null, the default, for as long as its call. Then it ends with <see cref="MeshErrorCode.DeadlineExceeded"/>.</summary>
    public TimeSpan? TimeLimit
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= TimeSpan.FromDays(20)) ? value : throw Outside(nameof(TimeLimit), value, "more than 0 and at most 20 days");
    }

    /// <summary>How long one call may take; null, the default, for the host's limit.</summary>
    public TimeSpan? CallTimeout
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= TimeSpan.FromDays(20)) ? value : throw Outside(nameof(CallTimeout), value, "more than 0 and at most 20 days");
    }

    /// <summary>
    /// How many characters of a result the model reads: 200 to 10,000,000, 32,768 by default. Of a longer one it reads the
    /// beginning (two thirds) and the end (one third), with a line between that says how many characters are left out.
    /// </summary>
    public int MaxResultCharacters { get; init => field = Within(value, 200, 10_000_000, nameof(MaxResultCharacters)); } = 32_768;

    /// <summary>
    /// What makes the context shorter before a request when it fills <see cref="ReduceAt"/> of <see cref="MaxContextTokens"/>; null,
    /// the default, for nothing. What it gives is what the model is sent for the rest of the turn; the message list stays whole.
    /// Function calls and results that have lost each other are left out. What it throws ends the turn as what the model's client throws
    /// does: <see cref="MeshErrorCode.Unavailable"/>, unless <see cref="FailureOf"/> knows better. What a model uses that it asks is counted where that is
    /// <see cref="ModelMetering.Metered"/>.
    /// </summary>
    public IChatReducer? Reducer { get; init; }

    /// <summary>How many tokens the model takes in; null, the default, where it is not known, and then nothing is reduced. They are estimated:
    /// by the last answer's usage, and by four characters a token for what came since.</summary>
    public int? MaxContextTokens { get; init => field = value is null or > 0 ? value : throw Outside(nameof(MaxContextTokens), value, "more than 0"); }

    /// <summary>At which part of <see cref="MaxContextTokens"/> the context is reduced: more than 0 up to 1, 0.8 by default.</summary>
    public double ReduceAt { get; init => field = value is > 0 and <= 1 ? value : throw Outside(nameof(ReduceAt), value, "more than 0 and at most 1"); } = 0.8;

    /// <summary>
    /// The prices of models; null, the default, for not reckoning money. With prices, money is reserved for each request, and a model
    /// that has none is not asked: <see cref="MeshErrorCode.InvalidDefinition"/>.
    /// </summary>
    public ModelPrices? Prices { get; init; }

    /// <summary>How many tokens an answer is reckoned to have at most where <see cref="ChatOptions.MaxOutputTokens"/> says nothing: 1 to 1,000,000, 4,096 by
    /// default. It is what money is reserved for, no limit of the answer.</summary>
    public int ReservedOutputTokens { get; init => field = Within(value, 1, 1_000_000, nameof(ReservedOutputTokens)); } = 4_096;

    /// <summary>
    /// Reads the exceptions of the model's client, or of the <see cref="Reducer"/>, that are of a vendor's own types: gives the HTTP status, where there is one, or null for what it does not know. It is asked
    /// about the exception and those inside it, from the outermost on, perhaps for several turns at once. Null, the default, for reading
    /// <see cref="HttpRequestException"/>, <see cref="TimeoutException"/> and <see cref="OperationCanceledException"/> alone. By the status the turn ends with
    /// <see cref="MeshErrorCode.Overloaded"/> (429, 529), <see cref="MeshErrorCode.DeadlineExceeded"/> (408, 504), or <see cref="MeshErrorCode.Unavailable"/>, which is not worth
    /// repeating for the other ones below 500.
    /// </summary>
    /// <example><code>
    /// FailureOf = exception => exception is AnthropicApiException refused ? new(refused.StatusCode) : null            // Anthropic
    /// FailureOf = exception => exception is ClientResultException refused ? new((HttpStatusCode)refused.Status) : null // OpenAI
    /// </code></example>
    public Func<Exception, ModelFailure?>? FailureOf { get; init; }

    /// <summary>Whether requests are traced and measured by the conventions for generative AI; null, the default, for yes, unless the client
    /// is decorated by one that does so itself.</summary>
    public bool? EmitTelemetry { get; init; }

    internal static ToolLoopOptions Default { get; } = new();

    private static int Within(int value, int least, int most, string name) =>
        value >= least && value <= most ? value : throw Outside(name, value, $"{least} to {most}");

    private static ArgumentOutOfRangeException Outside(string name, object? value, string range) =>
        new(name, value, $"{nameof(ToolLoopOptions)}.{name} must be {range}.");
}
