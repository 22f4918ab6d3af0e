using System.Text.Json;
using Mesh.Benchmarks.Inputs;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The peer of a call: the same method as an <see cref="AIFunction"/>, which checks nothing and asks nobody.</summary>
internal sealed class ForecastFunction
{
    private static readonly JsonElement Arguments = FigureInputs.CallArgumentsElement;
    private static readonly ReadOnlyMemory<byte> Utf8Arguments = FigureInputs.CallArguments;
    private readonly AIFunction _function = AIFunctionFactory.Create(ForecastTool.Forecast);
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    /// <summary>Calls with the properties of a JSON element, and takes the result as one.</summary>
    public async Task CallJsonAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            object? result = await _function.InvokeAsync(Read(Arguments), _cancellable).ConfigureAwait(false);
            Sink.Take((JsonElement)result!);
        }
    }

    /// <summary>Parses UTF-8, calls, and writes the result as UTF-8.</summary>
    public async Task CallUtf8Async(int times)
    {
        for (int i = 0; i < times; i++)
        {
            using var document = JsonDocument.Parse(Utf8Arguments);
            object? result = await _function.InvokeAsync(Read(document.RootElement), _cancellable).ConfigureAwait(false);
            Sink.Take(JsonSerializer.SerializeToUtf8Bytes((JsonElement)result!));
        }
    }

    /// <summary>Calls with values as arguments, and takes the result as it comes.</summary>
    public async Task CallTypedAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            object? result = await _function.InvokeAsync(new AIFunctionArguments { ["city"] = "Oslo", ["days"] = 3 }, _cancellable).ConfigureAwait(false);
            Sink.Take((JsonElement)result!);
        }
    }

    private static AIFunctionArguments Read(JsonElement json)
    {
        var arguments = new AIFunctionArguments();
        foreach (var property in json.EnumerateObject())
        {
            arguments.Add(property.Name, property.Value);
        }

        return arguments;
    }
}
