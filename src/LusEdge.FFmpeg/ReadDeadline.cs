using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg;

/// <summary>
/// A deadline for blocking calls on a source. FFmpeg polls it through a callback about ten times per second, so its state lives
/// in native memory. It always counts real time, whatever clock the program uses, because it bounds system calls.
/// </summary>
/// <remarks>Arm it on the reading thread; cancel it from any thread.</remarks>
public sealed unsafe class ReadDeadline : SafeHandle
{
    /// <summary>Creates an unarmed deadline, which bounds nothing.</summary>
    public ReadDeadline()
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.Alloc((nuint)sizeof(State)));
        *Value = new State { At = long.MaxValue };
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Whether the deadline has passed, reading was cancelled, or the source refers to something foreign.</summary>
    public bool HasPassed => Passed(Value);

    /// <summary>Whether reading was cancelled.</summary>
    public bool IsCancelled => Volatile.Read(ref Value->Cancelled) != 0;

    /// <summary>
    /// Whether FFmpeg was about to open another host or another file for the source, since the deadline was armed.
    /// </summary>
    public bool IsRefused => Volatile.Read(ref Value->Refused) != 0;

    private State* Value => (State*)handle;

    /// <summary>Sets the deadline: all calls from now on share this timeout.</summary>
    /// <param name="timeout">Zero makes the next call fail.</param>
    public void Arm(TimeSpan timeout)
    {
        Volatile.Write(ref Value->Refused, 0);
        Volatile.Write(ref Value->At, Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency));
    }

    /// <summary>Aborts this and all later blocking calls. Does nothing once the deadline is disposed.</summary>
    public void Cancel() => Abort(refused: false);

    /// <summary>Aborts the current blocking call, because the source refers to something foreign.</summary>
    internal void Refuse() => Abort(refused: true);

    private void Abort(bool refused)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            Volatile.Write(ref refused ? ref Value->Refused : ref Value->Cancelled, 1);
        }
        catch (ObjectDisposedException)
        {
            // Nothing is reading any more.
        }
        finally
        {
            if (held) DangerousRelease();
        }
    }

    /// <summary>C's AVIOInterruptCB.callback.</summary>
    internal static nint Callback => (nint)(delegate* unmanaged[Cdecl]<State*, int>)&IsOver;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    // Can't throw a managed exception: it reads a clock and compares two numbers.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int IsOver(State* state) => Passed(state) ? 1 : 0;

    private static bool Passed(State* state) =>
        Volatile.Read(ref state->Cancelled) != 0
        || Volatile.Read(ref state->Refused) != 0
        || Stopwatch.GetTimestamp() > Volatile.Read(ref state->At);

    private struct State
    {
        public long At;
        public int Cancelled;
        public int Refused;
    }
}
