namespace Mesh;

/// <summary>What is put beside one call of an agent for the code that serves it, by its type. Thread-safe.</summary>
public sealed class AgentFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    internal AgentFeatures()
    {
    }

    /// <summary>The feature of a type; null when there is none.</summary>
    /// <typeparam name="T">The type under which it was set.</typeparam>
    public T? Get<T>()
        where T : class
    {
        lock (_features)
        {
            return _features.GetValueOrDefault(typeof(T)) as T;
        }
    }

    /// <summary>Sets the feature of a type, in the place of one that there is.</summary>
    /// <param name="feature">The feature; null to remove it.</param>
    /// <typeparam name="T">The type under which it is found.</typeparam>
    public void Set<T>(T? feature)
        where T : class
    {
        lock (_features)
        {
            if (feature is null)
            {
                _features.Remove(typeof(T));
            }
            else
            {
                _features[typeof(T)] = feature;
            }
        }
    }
}
