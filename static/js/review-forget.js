// What the desk kept in this browser in case of a lost connection is not needed once the review is closed.
try {
  localStorage.removeItem(`laurel-review-${document.querySelector("[data-forget]").dataset.forget}`);
} catch {
  // A browser that keeps nothing has nothing to forget.
}
