namespace Mesh;

/// <summary>
/// Finds schemas that refer to themselves for the same instance, which no validation could ever finish. Written without
/// recursion: a chain of references may be as long as a schema is large.
/// </summary>
internal static class LoopSearch
{
    public static void Check(List<SchemaNode> nodes)
    {
        Dictionary<SchemaNode, bool> finished = new(nodes.Count);
        Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)> path = new();
        foreach (SchemaNode start in nodes)
        {
            if (start.General.Length == 0 && start.Objects is null || !finished.TryAdd(start, false))
                continue;
            path.Push((start, start.InPlace().GetEnumerator()));
            while (path.TryPeek(out (SchemaNode Node, IEnumerator<SchemaNode> Next) top))
            {
                if (!top.Next.MoveNext())
                {
                    finished[top.Node] = true;
                    path.Pop();
                    continue;
                }

                SchemaNode next = top.Next.Current;
                if (finished.TryAdd(next, false))
                    path.Push((next, next.InPlace().GetEnumerator()));
                else if (!finished[next])
                    throw SchemaErrors.At(new SchemaLocation(null, ""), "refers to itself without end: a chain of $ref comes back to its beginning for the same instance");
            }
        }
    }
}
