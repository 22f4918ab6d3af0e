namespace Mesh.Agents;

/// <summary>The threads that somebody is at. What nobody uses any longer is forgotten. Thread-safe.</summary>
internal sealed class ChatFeeds
{
    private readonly Dictionary<string, ChatFeed> _feeds = new(StringComparer.Ordinal);

    public FeedLease Enter(string thread)
    {
        lock (_feeds)
        {
            if (!_feeds.TryGetValue(thread, out var feed))
            {
                _feeds.Add(thread, feed = new());
            }

            feed.Users++;
            return new(this, thread, feed);
        }
    }

    private void Leave(string thread, ChatFeed feed)
    {
        lock (_feeds)
        {
            if (--feed.Users == 0)
            {
                _feeds.Remove(thread);
                feed.Dispose();
            }
        }
    }

    internal sealed class FeedLease(ChatFeeds feeds, string thread, ChatFeed feed) : IDisposable
    {
        public ChatFeed Feed => feed;

        public void Dispose() => feeds.Leave(thread, feed);
    }
}
