using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The peer of a turn: the loop as one writes it by hand over functions that check nothing and ask nobody.</summary>
internal sealed class HandWrittenTurn : IDisposable
{
    private readonly Dictionary<string, AIFunction> _functions;
    private readonly ChatOptions _options;
    private readonly TurnClient _model = new("Forecast");
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    public HandWrittenTurn()
    {
        var function = AIFunctionFactory.Create(ForecastTool.Forecast);
        _functions = new(StringComparer.Ordinal) { [function.Name] = function, ["Forecast"] = function };
        _options = new() { Tools = [function] };
    }

    public async Task TurnAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var messages = new List<ChatMessage> { new(ChatRole.User, "How is the weather?") };
            await RunAsync(messages).ConfigureAwait(false);
            if (messages.Count != 4)
            {
                throw new InvalidOperationException("The turn did not go as it should.");
            }
        }
    }

    public void Dispose() => _model.Dispose();

    private async Task<ChatResponse> RunAsync(List<ChatMessage> messages)
    {
        while (true)
        {
            var updates = new List<ChatResponseUpdate>();
            await foreach (var update in _model.GetStreamingResponseAsync(messages, _options, _cancellable).ConfigureAwait(false))
            {
                updates.Add(update);
            }

            var response = updates.ToChatResponse();
            messages.AddMessages(response);
            List<AIContent>? results = null;
            foreach (var call in response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>())
            {
                object? result = await _functions[call.Name].InvokeAsync(new AIFunctionArguments(call.Arguments), _cancellable).ConfigureAwait(false);
                (results ??= []).Add(new FunctionResultContent(call.CallId, result));
            }

            if (results is null)
            {
                return response;
            }

            messages.Add(new(ChatRole.Tool, results));
        }
    }
}
