/** What the tab is called: whoever looks at another one is told there what waits for them here. */

/** @import { Model } from "../model.js" */

export class TitleView {
  #title = document.title

  /** @param {Model} model @param {boolean} isCalled Whether a member may need care, and no facilitator has written to them. */
  render({ room }, isCalled) {
    const news = isCalled ? "Somebody may need care" : room.invited === room.seat ? "Would you like to share?" : ""
    document.title = news === "" ? this.#title : `${news} · ${this.#title}`
  }
}
