using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Conformance;

/// <summary>A prompt that asks the person something before it is made.</summary>
internal sealed class AskingPrompt : IMcpPromptProvider
{
    private const string Name = "test_input_required_result_prompt";
    private const string Question = "user_context";

    public ValueTask<IReadOnlyList<Prompt>> ListAsync(RoomClient room, CancellationToken cancellationToken) =>
        new([new() { Name = Name, Description = "A prompt that asks for its context" }]);

    public ValueTask<GetPromptResult?> GetAsync(RoomClient room, GetPromptRequestParams request, CancellationToken cancellationToken)
    {
        if (request.Name != Name)
        {
            return default;
        }

        if (request.InputResponses?.TryGetValue(Question, out var response) is not true
            || response!.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is not { } answer)
        {
            throw new InputRequiredException(
                new Dictionary<string, InputRequest>
                {
                    [Question] = InputRequest.ForElicitation(new()
                    {
                        Message = "What context should the prompt use?",
                        RequestedSchema = new() { Properties = { ["context"] = new ElicitRequestParams.StringSchema() }, Required = ["context"] },
                    }),
                },
                null);
        }

        string context = answer.Content?.TryGetValue("context", out var value) is true ? value.ToString() : "none";
        return new(new GetPromptResult { Messages = [new() { Role = Role.User, Content = new TextContentBlock { Text = $"Use this context: {context}" } }] });
    }

    public ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string name, string argument, string value, CancellationToken cancellationToken) => new([]);
}
