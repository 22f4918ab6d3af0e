using System.Text;

namespace Mesh.Mcp;

/// <summary>Cuts bytes into lines for a reader of them; a line of more than 4 KiB is cut into several.</summary>
internal sealed class LineSplitter(Action<string>? reader)
{
    private const int MostBytes = 4 * 1024;

    private readonly List<byte> _line = [];

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (reader is null)
        {
            return;
        }

        foreach (byte each in bytes)
        {
            if (each == (byte)'\n' || _line.Count == MostBytes)
            {
                string line = Encoding.UTF8.GetString([.. _line]).TrimEnd('\r');
                _line.Clear();
                try
                {
                    reader(line);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    // The host's own code failed; the server goes on.
                }
            }

            if (each != (byte)'\n')
            {
                _line.Add(each);
            }
        }
    }
}
