using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Looks for values that the narrow one of two schemas accepts and the wide one might not. Each finding says what the
/// old schema had and what the new one has, whichever of them is the wide one.
/// </summary>
internal sealed class SchemaContainment
{
    private const int MaxSteps = 20_000;

    /// <summary>The bytes of all schemas held against each other, each as often as it comes up: nested ones come up many times.</summary>
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly ComparedSchema _narrow;
    private readonly ComparedSchema _wide;
    private HashSet<(string, string)> _entered = [];
    private List<(string Path, string Sentence)> _found = [];
    private int _steps;
    private long _bytes;

    public SchemaContainment(JsonElement oldSchema, JsonElement newSchema, bool oldIsWide, SchemaDirection direction)
    {
        ComparedSchema old = new(oldSchema, oldSchema, "#");
        ComparedSchema now = new(newSchema, newSchema, "#");
        (_narrow, _wide) = oldIsWide ? (now, old) : (old, now);
        OldIsWide = oldIsWide;
        Direction = direction;
    }

    public bool OldIsWide { get; }

    public SchemaDirection Direction { get; }

    public HashSet<(string Path, string Sentence)> Run()
    {
        Check(_narrow, _wide, "");
        return [.. _found];
    }

    /// <summary>Reports a difference.</summary>
    public void Report(string path, string sentence) => _found.Add((path, sentence));

    /// <summary>Reports that a keyword differs, with both values.</summary>
    public void Report(string path, string keyword, JsonElement? narrow, JsonElement? wide)
    {
        (JsonElement? old, JsonElement? now) = OldIsWide ? (wide, narrow) : (narrow, wide);
        string sentence = (old, now) switch
        {
            (null, { } value) => $"'{keyword}' is now {Shorten(value)}; there was none.",
            ({ } value, null) => $"'{keyword}' was {Shorten(value)} and is gone.",
            ({ } before, { } after) => $"'{keyword}' was {Shorten(before)} and is now {Shorten(after)}.",
            _ => $"'{keyword}' differs.",
        };
        Report(path, sentence);
    }

    /// <summary>Reports every value that the narrow schema accepts and the wide one might not.</summary>
    public void Check(ComparedSchema narrow, ComparedSchema wide, string path)
    {
        _bytes += JsonMarshal.GetRawUtf8Value(narrow.Value).Length + JsonMarshal.GetRawUtf8Value(wide.Value).Length;
        if (++_steps > MaxSteps || _bytes > MaxBytes)
        {
            Report("", "The schemas are too large to compare.");
            return;
        }
        if (narrow.Resolve() is not { } n || wide.Resolve() is not { } w)
        {
            if (!SchemaSets.AreEqualWithoutReferences(narrow.Value, wide.Value))
                Report(path, "It refers to something that the comparison cannot follow.");
            return;
        }
        if (!n.IsSchema || !w.IsSchema)
        {
            Report(path, "It is written in a form that the comparison does not know.");
            return;
        }
        if (n.AcceptsNothing || w.AcceptsAll || !_entered.Add((n.Pointer, w.Pointer)))
            return;
        if (w.AcceptsNothing)
        {
            Report(path, OldIsWide ? "No value was allowed, and now some are." : "No value is allowed any more.");
            return;
        }
        if (!SchemaSets.AreEqualWithoutReferences(n.Value, w.Value))
            SchemaKeywords.Check(this, n, w, path);
    }

    /// <summary>Whether the wide schema surely accepts all that the narrow one does. Nothing is reported.</summary>
    public bool Covers(ComparedSchema narrow, ComparedSchema wide)
    {
        List<(string, string)> found = _found;
        HashSet<(string, string)> entered = _entered;
        _found = [];
        _entered = [.. entered];
        Check(narrow, wide, "");
        bool covers = _found.Count == 0;
        _found = found;
        // What was entered on a failed trial must be looked at again where it counts.
        if (!covers)
            _entered = entered;
        return covers;
    }

    private static string Shorten(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
