// What the element knows, as data: the user and the sessions, or why there is no user.
export class SessionState {
  view = null; // of the signed-in user; null if no user is known to be signed in
  signedOutReason = null; // null before the first response
  #endedIds = new Set(); // a response that the server sent before a session ended must not bring it back

  /** Store the response of the server. True if this user was not signed in before. */
  signIn(me, moreEvents) {
    const isNewUser = this.view?.me.id !== me.id;
    const byId = new Map(me.sessions.nodes.map((session) => [session.id, session]));
    const ended = me.sessions.nodes.filter(({ id }) => this.#endedIds.has(id));
    this.view = {
      me,
      current: me.currentSession,
      others: [...byId.values()].filter(({ id, isCurrent }) => !isCurrent && !this.#endedIds.has(id)),
      total: me.sessions.totalCount - 1 - ended.length,
      events: me.securityEvents.nodes,
      moreEvents,
      ended: me.ended.nodes,
    };
    this.signedOutReason = null;
    return isNewUser;
  }

  /** Forget the user. False if that was done before, with a reason that stays. */
  signOut(reason) {
    if (!this.view && this.signedOutReason) return false;
    this.view = null;
    this.signedOutReason = reason;
    return true;
  }

  /** Remove sessions that have ended, and return those that were not removed before. */
  remove(sessions) {
    const removed = sessions.filter(({ id }) => !this.#endedIds.has(id));
    for (const { id } of removed) this.#endedIds.add(id);
    if (!this.view) return [];
    const others = this.view.others.filter(({ id }) => !this.#endedIds.has(id));
    this.view = { ...this.view, others, total: this.view.total - removed.length };
    return removed;
  }

  /** Set the name of a session. */
  rename({ id, name }) {
    if (!this.view) return;
    const renamed = (session) => (session.id === id ? { ...session, name } : session);
    this.view = { ...this.view, current: renamed(this.view.current), others: this.view.others.map(renamed) };
  }
}
