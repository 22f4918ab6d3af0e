namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolHandleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_failed_later_does_not_look_like_one_that_succeeded(bool isCancelled)
    {
        var stop = TestContext.Current.CancellationToken;
        using var cancel = new CancellationTokenSource();

        // Whoever completes it runs what follows: the call is over when it returns.
        var answer = new TaskCompletionSource<Answer>();
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, cancellationToken: stop);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("t", Tool.Create("ask", async (string text) => await answer.Task.ConfigureAwait(false))), cancellationToken: stop);
        var handle = ada.Toolkits.GetTool<Question, Answer>("t/ask");
        var call = handle.InvokeAsync(new("?"), cancellationToken: cancel.Token);
        Assert.False(call.IsCompleted);
        if (isCancelled)
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.AsTask());
            return;
        }

        answer.SetException(new ToolException("No answer."));
        Assert.Equal((true, false, true), (call.IsCompleted, call.IsCompletedSuccessfully, call.IsFaulted));
        Assert.Equal("No answer.", (await Assert.ThrowsAsync<MeshException>(() => call.AsTask())).Message);
    }

    internal sealed record Question(string Text);

    internal sealed record Answer(string Text);
}
