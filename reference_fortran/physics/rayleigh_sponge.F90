! Friction near the model top of DCMIP2012 2-1 and 2-2: wind is drawn back to that of the start, w to none.
! Levels lie evenly in height between the ground and the model top.
!
! HOMME: dcmip12_wrapper:dcmip2012_test2_x_forcing
module rayleigh_sponge
  use kinds, only: rk
  use dimensions, only: np
  implicit none
  private
  public :: mountain_wave_friction
  real(rk), parameter :: top = 30.0e3_rk, bottom = 20.0e3_rk, time = 25.0_rk  ! m, m, s
  real(rk), parameter :: pi = 3.14159265358979323846_rk

contains

  ! Rates of change of the wind and of w at upper interfaces. An interface takes the strength in the middle of the layer
  ! below it, where it lies in the sponge itself; the top takes the whole.
  subroutine mountain_wave_friction(v, w_i, v_start, fv, fw, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), v_start(np,np,2,nlev,ne), w_i(np,np,nlev+1,ne)
    real(rk), intent(out) :: fv(np,np,2,nlev,ne), fw(np,np,nlev,ne)
    real(rk) :: interface_height, middle, of_w
    integer :: k
    do k = 1, nlev
      interface_height = top * (nlev + 1 - k) / nlev
      middle = top * (2 * (nlev - k) + 1) / (2 * nlev)
      of_w = 0
      if (interface_height > bottom) of_w = strength(middle)
      if (k == 1) of_w = strength(top)
      fv(:,:,:,k,:) = 0
      if (middle > bottom) fv(:,:,:,k,:) = -strength(middle) * (v(:,:,:,k,:) - v_start(:,:,:,k,:))
      fw(:,:,k,:) = -of_w * w_i(:,:,k,:)
    end do
  end subroutine mountain_wave_friction

  pure real(rk) function strength(z)
    real(rk), intent(in) :: z
    strength = sin(pi / 2 * (z - bottom) / (top - bottom))**2 / time
  end function strength

end module rayleigh_sponge
