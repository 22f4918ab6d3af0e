namespace Mesh;

/// <summary>
/// An event as the journal keeps it, for as long as it likes: without what would keep a room alive that is retired, and
/// without what a participant says of itself, which is content like arguments are, unless content is kept.
/// </summary>
internal static class JournaledEvent
{
    public static RoomEvent Of(RoomEvent e, JournalCapturePolicy? policy) => e.Data switch
    {
        RegistrationChange { Registration: not null } change => Copy(e, change with { Registration = null }),
        Participant participant when MustStrip(participant, policy) => Copy(e, Strip(participant)),
        ParticipantLeft left when MustStrip(left.Participant, policy) => Copy(e, left with { Participant = Strip(left.Participant) }),
        _ => e,
    };

    private static bool MustStrip(Participant participant, JournalCapturePolicy? policy) =>
        participant.Attributes.Count > 0 && policy?.Default != JournalCapture.Full;

    private static Participant Strip(Participant participant) => participant with { Attributes = Participants.NoAttributes };

    private static RoomEvent Copy(RoomEvent e, object data) => new(e.Session, e.Sequence, e.Time, e.Kind, data);
}
